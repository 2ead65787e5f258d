/** Tasks that are kept; the oldest that have ended make room, each with all below it. */
const keptTasks = 300;

/**
 * @typedef {"wait" | "work" | "done" | "stop" | "fail"} TaskState
 * @typedef {{id: string, parent?: string, name: string, state: TaskState, created: number, process?: number,
 *            progress?: any, result?: any, message?: string, exit?: string}} TaskSummary
 */

/** The tasks of the server, by what happened to them; events that come twice change nothing. */
export class TaskTree {
  /** @type {Map<string, TaskSummary>} In the order in which they were created. */
  tasks = new Map();

  /** Replaces everything by what the server lists. @param {TaskSummary[]} tasks */
  load(tasks) {
    this.tasks = new Map(tasks.map((task) => [task.id, { ...task }]));
  }

  /** Applies one event of `tasks.events`. @returns {TaskSummary | undefined} The task that it changed. */
  apply({ id, parent, kind, time, name, process, state, value, message, exit }) {
    if (kind === "created") {
      const known = this.tasks.get(id);
      // A page that has spawned a task itself knows less of it than the event.
      if (known) return Object.assign(known, { process });
      this.tasks.set(id, { id, parent, name, process, state: "wait", created: time });
    }
    const task = this.tasks.get(id);
    if (!task) return undefined;
    if (kind === "state" && !hasEnded(task)) task.state = state;
    else if (kind === "progress") task.progress = value;
    else if (kind === "result") task.result = value ?? null;
    else if (kind === "failure") task.message = message;
    else if (kind === "exit") task.exit = exit;
    return task;
  }

  /** Whether a task is another one, or below it. */
  isWithin(id, ancestor) {
    let task = this.tasks.get(id);
    for (let left = this.tasks.size; task && left > 0; left -= 1) {
      if (task.id === ancestor) return true;
      task = this.tasks.get(task.parent);
    }
    return false;
  }

  /** Removes trees in which all tasks have ended, the oldest first, until no more than `limit` tasks are left. */
  prune(limit = keptTasks) {
    if (this.tasks.size <= limit) return;
    for (const root of [...this.tasks.values()].filter((task) => !this.tasks.has(task.parent))) {
      if (this.tasks.size <= limit) return;
      const all = [...this.tasks.values()].filter((task) => this.isWithin(task.id, root.id));
      if (all.every(hasEnded)) for (const { id } of all) this.tasks.delete(id);
    }
  }
}

/** Whether a task never changes its state again. */
export const hasEnded = ({ state }) => state !== "wait" && state !== "work";

/** How far a task is, from 0 to 1; undefined for reports of another form. */
export function fraction(progress) {
  const done = typeof progress === "number" ? progress : progress?.done ?? progress?.step;
  const part = typeof progress === "number" ? progress : done / progress?.of;
  if (!Number.isFinite(part) || part < 0) return undefined;
  return part <= 1 ? part : typeof progress === "number" ? undefined : 1;
}
