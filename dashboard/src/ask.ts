// A question to the gateway: while it runs it shows for how long, and can be cancelled.
import { ApiError, isAbort } from "./api";
import { fill, h, type Child } from "./dom";
import { icon } from "./icons";
import { said } from "./text";

const patienceMs = 300;

/**
 * Asks, and shows the answer in the place; what stood there stays until then.
 * @param place Where the answer goes.
 * @param leaving Aborted when the view goes; then nothing is shown.
 * @param question Asks, and stops when its signal is aborted.
 * @param show The answer as it is shown.
 */
export async function ask<T>(
    place: HTMLElement,
    leaving: AbortSignal,
    question: (signal: AbortSignal) => Promise<T>,
    show: (answer: T) => Child,
): Promise<void> {
    const own = new AbortController();
    const leave = (): void => own.abort();
    leaving.addEventListener("abort", leave, { once: true });
    const started = performance.now();
    const progress = waiting(started, () => own.abort());
    const appear = setTimeout(() => place.prepend(progress.element), patienceMs);
    place.setAttribute("aria-busy", "true");
    try {
        const answer = await question(own.signal);
        if (!leaving.aborted) {
            fill(place, show(answer));
        }
    } catch (error) {
        if (!leaving.aborted) {
            const again = (): void => void ask(place, leaving, question, show);
            fill(place, isAbort(error) ? cancelled(started, again) : failed(error, again));
        }
    } finally {
        clearTimeout(appear);
        progress.stop();
        place.removeAttribute("aria-busy");
        leaving.removeEventListener("abort", leave);
    }
}

/** What went wrong, for people; bugs are thrown on. */
export function failed(error: unknown, again?: () => void): HTMLElement {
    if (!(error instanceof ApiError)) {
        throw error;
    }
    return h(
        "div",
        { class: "notice bad", role: "alert" },
        icon("error"),
        said(error.message),
        again ? h("button", { type: "button", click: again }, "Ask again") : null,
    );
}

function cancelled(started: number, again: () => void): HTMLElement {
    return h(
        "div",
        { class: "notice", role: "status" },
        `Cancelled after ${elapsed(started)}.`,
        h("button", { type: "button", click: again }, "Ask again"),
    );
}

function waiting(started: number, cancel: () => void): { element: HTMLElement; stop: () => void } {
    const time = h("span", { class: "number" }, elapsed(started));
    const tick = setInterval(() => fill(time, elapsed(started)), 200);
    const element = h(
        "div",
        { class: "notice waiting" },
        h("span", { class: "spinner", "aria-hidden": "true" }),
        h("span", { role: "status" }, "The store is searching…"),
        time,
        h("button", { type: "button", click: cancel }, "Cancel"),
    );
    return {
        element,
        stop: () => {
            clearInterval(tick);
            element.remove();
        },
    };
}

function elapsed(started: number): string {
    return `${((performance.now() - started) / 1000).toFixed(1)} s`;
}
