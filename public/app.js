/** The script of the page: it connects and starts a module for each section. */
import { Postern } from "./postern.js";
import { startCatalogue } from "./app/catalogue.js";
import { startChat } from "./app/chat.js";
import { startClock } from "./app/clock.js";
import { showConnection } from "./app/connection.js";
import { Events } from "./app/events.js";
import { startFiles } from "./app/files.js";
import { showFrames } from "./app/frames.js";
import { startJob } from "./app/job.js";
import { startLoad } from "./app/load.js";
import { Meter } from "./app/meter.js";
import { showPlots } from "./app/plot.js";
import { startTasks } from "./app/tasks.js";
import { startWorkbench } from "./app/workbench.js";

const rpc = new Postern();
const meter = new Meter();
const events = new Events(rpc);

showConnection(rpc);
showFrames(rpc);
showPlots(meter);
startLoad(meter);
const workbench = startWorkbench(rpc, meter, events);
startJob(rpc);
startFiles(rpc);
startClock(events);
const joinRoom = startChat(rpc, events);
const followTasks = startTasks(rpc);
startCatalogue(rpc, events, workbench, (names) => {
  if (names.has("chat.say")) joinRoom();
  if (names.has("tasks.list")) followTasks();
});
