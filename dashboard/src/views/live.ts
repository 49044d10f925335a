import { ApiError, at, events, isAbort } from "../api";
import { failed } from "../ask";
import { callRow, callTable, gapRow } from "../calls";
import { fill, h } from "../dom";
import { filterForm, filtersOf } from "../filters";
import { count } from "../format";
import { icon } from "../icons";
import { heading } from "../parts";
import { to, type Route } from "../route";
import type { Row } from "../types";

const rowsMax = 200;
// A call is recorded when it ends, under the time when it came.
const beforeGapMs = 60_000;
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
    const waiting: HTMLElement[] = [];
    let dropped = 0;
    let isPaused = false;
    let rows = 0;
    let isDue = false;

    const show = (): void => {
        isDue = false;
        if (!isPaused && waiting.length > 0) {
            empty.remove();
            const newest = waiting.splice(0).reverse();
            newest.forEach(row => row.classList.add("fresh"));
            if (dropped > 0) {
                newest.push(gapRow(`${count(dropped)} older calls are not shown here. `, earlier()));
                dropped = 0;
            }
            body.prepend(...newest);
            while (body.childElementCount > rowsMax) {
                body.lastElementChild!.remove();
            }
        }
        fill(
            seen,
            isPaused && waiting.length > 0
                ? `${count(waiting.length + dropped)} waiting`
                : rows > 0
                  ? `${count(rows)} seen`
                  : "",
        );
    };
    const earlier = (): HTMLElement => h("a", { href: to("calls", query) }, "Search them");
    const add = (line: HTMLElement): void => {
        waiting.push(line);
        if (waiting.length > rowsMax) {
            waiting.shift();
            dropped++;
        }
        if (!isDue) {
            isDue = true;
            setTimeout(show, 100);
        }
    };
    const arrived = (row: Row): void => {
        rows++;
        add(callRow(row));
    };
    const connected = (): void => {
        fill(trouble);
        fill(line, h("span", { class: "dot on", "aria-hidden": "true" }), "Connected");
    };
    const away = (fault: unknown): void => {
        const { error } = fault as { error: { code: string; message: string } };
        fill(line, h("span", { class: "dot", "aria-hidden": "true" }), "The store cannot be read");
        fill(trouble, failed(new ApiError(503, error.code, error.message)));
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
        let lostAt: number | null = null;
        for (let attempt = 0; !leaving.aborted; attempt++) {
            try {
                await events(
                    at("calls/live", query),
                    leaving,
                    (name, data) => {
                        if (name === "row") {
                            arrived(data as Row);
                        } else if (name === "error") {
                            away(data);
                        } else if (name === "back") {
                            connected();
                        }
                    },
                    () => {
                        attempt = 0;
                        connected();
                        if (lostAt !== null) {
                            add(missing(lostAt));
                            lostAt = null;
                        }
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
                lostAt ??= Date.now();
                fill(line, h("span", { class: "dot", "aria-hidden": "true" }), "Connection lost; trying again…");
                await pauseFor(Math.min(30_000, 1000 * 2 ** attempt));
            }
        }
    }

    function missing(lostAt: number): HTMLElement {
        const range = {
            from: new Date(lostAt - beforeGapMs).toISOString(),
            to: new Date(Date.now() + 1000).toISOString(),
        };
        return gapRow(
            "The connection was lost: calls of that time may be missing here. ",
            h("a", { href: to("calls", { ...query, ...range }) }, "Search them"),
        );
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
