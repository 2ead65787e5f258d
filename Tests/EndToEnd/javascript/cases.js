import { answers } from "./cases/answers.js";
import { encodings } from "./cases/encodings.js";
import { dialing } from "./cases/dialing.js";
import { integers } from "./cases/integers.js";
import { limits } from "./cases/limits.js";
import { network } from "./cases/network.js";
import { streams } from "./cases/streams.js";
import { timeouts } from "./cases/timeouts.js";

/** Every case of the client: a name and a function. Each is run in Node 20, 22 and 24, in Deno and in Chromium. */
export const cases = [
  ...dialing, ...encodings, ...answers, ...timeouts, ...limits, ...integers, ...streams, ...network,
];
