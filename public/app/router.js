import { readLink } from "./link.js";

/** The delay after which an edited link is written to the address, as browsers limit how often that is done. */
const writeAfterMs = 300;

/** The part of the address that names the chosen method and its arguments, so that reload and back work. */
export class Router {
  #timer;
  #isStarted = false;

  /** @param {(link: NonNullable<ReturnType<typeof readLink>>) => void} follow Called when the user goes back or forward. */
  constructor(follow) {
    this.follow = follow;
  }

  /** Follows the link that the page was opened with, and from now on those that the user goes to. */
  start() {
    this.#go();
    if (this.#isStarted) return;
    this.#isStarted = true;
    addEventListener("popstate", () => this.#go());
  }

  /** Goes to a link, from which the user can go back. */
  push(link) {
    clearTimeout(this.#timer);
    if (link !== location.hash) history.pushState(null, "", link);
  }

  /** Changes the link in place. */
  replace(link) {
    clearTimeout(this.#timer);
    if (link !== location.hash) history.replaceState(null, "", link);
  }

  /** Changes the link in place, when nothing was typed for a moment. @param {() => string} linkNow */
  replaceSoon(linkNow) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.replace(linkNow()), writeAfterMs);
  }

  #go() {
    clearTimeout(this.#timer);
    const link = readLink(location.hash);
    if (link) this.follow(link);
  }
}
