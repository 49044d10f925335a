import { ApiError, at, events, isAbort } from "../api";
import { failed } from "../ask";
import { callRow, callTable } from "../calls";
import { fill, h } from "../dom";
import { filterForm, filtersOf } from "../filters";
import { count } from "../format";
import { icon } from "../icons";
import { heading } from "../parts";
import { to, type Route } from "../route";
import type { Row } from "../types";

const rowsMax = 200;
const filters = ["caller", "tool", "outcome", "role", "backend", "reason", "session", "argument"];

/** Calls as they are recorded, the newest first. */
export function liveView(main: HTMLElement, route: Route, leaving: AbortSignal): void {
    const query = filtersOf(route.query, filters);
    const { table, body } = callTable("Live calls, newest first");
    const word = h("span", null, "Pause");
    const pause = h("button", { type: "button", "aria-pressed": "false" }, icon("pause"), word);
    const line = h("span", { class: "connection", role: "status" }, "Connecting…");
    const seen = h("span", { class: "number minor" });
    const trouble = h("div");
    const empty = h(
        "p",
        { class: "empty" },
        "Nothing yet. Calls appear here as they are recorded. ",
        h("a", { href: to("calls", query) }, "Search those of before"),
    );
    const waiting: Row[] = [];
    let isPaused = false;
    let rows = 0;
    let isDue = false;

    const show = (): void => {
        isDue = false;
        if (!isPaused && waiting.length > 0) {
            empty.remove();
            const newest = waiting.splice(0).slice(-rowsMax).map(callRow).reverse();
            newest.forEach(row => row.classList.add("fresh"));
            body.prepend(...newest);
            while (body.childElementCount > rowsMax) {
                body.lastElementChild!.remove();
            }
        }
        fill(
            seen,
            isPaused && waiting.length > 0
                ? `${count(waiting.length)} waiting`
                : rows > 0
                  ? `${count(rows)} seen`
                  : "",
        );
    };
    const arrived = (row: Row): void => {
        rows++;
        waiting.push(row);
        if (waiting.length > rowsMax) {
            waiting.shift();
        }
        if (!isDue) {
            isDue = true;
            setTimeout(show, 100);
        }
    };
    pause.addEventListener("click", () => {
        isPaused = !isPaused;
        pause.setAttribute("aria-pressed", String(isPaused));
        fill(pause, icon(isPaused ? "play" : "pause"), word);
        word.textContent = isPaused ? "Resume" : "Pause";
        show();
    });

    main.append(heading("Live calls", line, seen, pause), filterForm("live", query, filters), trouble, table, empty);
    void follow();

    async function follow(): Promise<void> {
        for (let attempt = 0; !leaving.aborted; attempt++) {
            try {
                await events(
                    at("calls/live", query),
                    leaving,
                    (name, data) => {
                        if (name === "row") {
                            arrived(data as Row);
                        }
                    },
                    () => {
                        attempt = 0;
                        fill(trouble);
                        fill(line, h("span", { class: "dot on", "aria-hidden": "true" }), "Connected");
                    },
                );
            } catch (error) {
                if (isAbort(error)) {
                    return;
                }
                if (error instanceof ApiError && error.status >= 400) {
                    fill(line, h("span", { class: "dot", "aria-hidden": "true" }), "Not connected");
                    fill(
                        trouble,
                        failed(error, () => {
                            fill(trouble);
                            void follow();
                        }),
                    );
                    return;
                }
            }
            if (!leaving.aborted) {
                fill(line, h("span", { class: "dot", "aria-hidden": "true" }), "Connection lost; trying again…");
                await pauseFor(Math.min(30_000, 1000 * 2 ** attempt));
            }
        }
    }

    function pauseFor(ms: number): Promise<void> {
        return new Promise(done => {
            const timer = setTimeout(done, ms);
            leaving.addEventListener(
                "abort",
                () => {
                    clearTimeout(timer);
                    done();
                },
                { once: true },
            );
        });
    }
}
