/** The script of the page: it connects and starts a module for each section. */
import { Postern } from "./postern.js";
import { currentAddress } from "./app/address.js";
import { startHistory } from "./app/call-history.js";
import { Calls } from "./app/calls.js";
import { startCatalogue } from "./app/catalogue.js";
import { startChat } from "./app/chat.js";
import { startClock } from "./app/clock.js";
import { showConnection } from "./app/connection.js";
import { byID } from "./app/dom.js";
import { Events } from "./app/events.js";
import { startFiles } from "./app/files.js";
import { showFrames } from "./app/frames.js";
import { startJob } from "./app/job.js";
import { startLoad } from "./app/load.js";
import { Meter } from "./app/meter.js";
import { Outcome } from "./app/outcome.js";
import { showPlots } from "./app/plot.js";
import { startServerForm } from "./app/server-form.js";
import { startTasks } from "./app/tasks.js";
import { Workbench } from "./app/workbench.js";

const rpc = new Postern(currentAddress(), { exactIntegers: true });
const meter = new Meter();
const events = new Events(rpc);
const calls = new Calls(rpc, meter, events);

showConnection(rpc);
startServerForm(rpc);
showFrames(rpc);
showPlots(meter);
startLoad(meter, rpc.url);
const outcome = new Outcome(calls, {
  text: byID("result"), status: byID("result-status"), progress: byID("call-progress"), cancel: byID("cancel"),
  copy: byID("copy-result"), nothing: "—", next: () => byID("call"),
});
const workbench = new Workbench(rpc, calls, outcome, events);
startHistory(calls, workbench);
startJob(rpc);
startFiles(rpc);
startClock(events);
const joinRoom = startChat(rpc, events);
const followTasks = startTasks(rpc, calls);
startCatalogue(rpc, events, workbench, (names) => {
  if (names.has("chat.say")) joinRoom();
  if (names.has("tasks.list")) followTasks();
});
