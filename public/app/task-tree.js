/** The maximum number of tasks. Beyond it, the oldest trees in which all tasks have ended are removed. */
const keptTasks = 300;

/**
 * @typedef {"wait" | "work" | "done" | "stop" | "fail"} TaskState
 * @typedef {{id: string, parent?: string, name: string, state: TaskState, created: number, process?: number,
 *            progress?: any, result?: any, message?: string, exit?: string}} TaskSummary
 */

/** The tasks of the server, built from events. Applying an event twice has no effect. */
export class TaskTree {
  /** @type {Map<string, TaskSummary>} In the order in which they were created. */
  tasks = new Map();

  /** Replaces all tasks with a list from the server. @param {TaskSummary[]} tasks */
  load(tasks) {
    this.tasks = new Map(tasks.map((task) => [task.id, { ...task }]));
  }

  /** Applies one event of `tasks.events`. @returns {TaskSummary | undefined} The task that has changed. */
  apply({ id, parent, kind, time, name, process, state, value, message, exit }) {
    if (kind === "created") {
      const known = this.tasks.get(id);
      // The entry that the page has added for a task it spawned has fewer members than the event.
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

  /** Whether a task is another one or a descendant of it. */
  isWithin(id, ancestor) {
    let task = this.tasks.get(id);
    for (let left = this.tasks.size; task && left > 0; left -= 1) {
      if (task.id === ancestor) return true;
      task = this.tasks.get(task.parent);
    }
    return false;
  }

  /** Removes trees in which all tasks have ended, oldest first, until at most `limit` tasks are left. */
  prune(limit = keptTasks) {
    if (this.tasks.size <= limit) return;
    for (const root of [...this.tasks.values()].filter((task) => !this.tasks.has(task.parent))) {
      if (this.tasks.size <= limit) return;
      const all = [...this.tasks.values()].filter((task) => this.isWithin(task.id, root.id));
      if (all.every(hasEnded)) for (const { id } of all) this.tasks.delete(id);
    }
  }
}

/** Whether a task is in a final state. */
export const hasEnded = ({ state }) => state !== "wait" && state !== "work";

/** Returns the progress of a task from 0 to 1; undefined if its reports have another form. */
export function fraction(progress) {
  const done = typeof progress === "number" ? progress : progress?.done ?? progress?.step;
  const part = typeof progress === "number" ? progress : done / progress?.of;
  if (!Number.isFinite(part) || part < 0) return undefined;
  return part <= 1 ? part : typeof progress === "number" ? undefined : 1;
}
