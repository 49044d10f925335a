import { ApiError, get, isAbort } from "../api";
import { ask, failed } from "../ask";
import { fill, h, type Child } from "../dom";
import { count, moment } from "../format";
import { fact, heading, state, table } from "../parts";
import { to, type Route } from "../route";
import { onStatus } from "../status";
import { said } from "../text";
import type { Backend, Destination, Status } from "../types";

const everyMs = 3000;

/** Where calls go: destinations, whether they answer, and whether this gateway is stopping. */
export function backendsView(main: HTMLElement, _route: Route, leaving: AbortSignal): void {
    const place = h("div", { class: "answer" });
    const gateway = h("dl", { class: "facts tiles" });
    main.append(heading("Backends"), gateway, place);
    onStatus(status => status && fill(gateway, ownState(status)), leaving);
    void ask(place, leaving, read, answer => cards(answer.backends)).then(again);

    function read(signal: AbortSignal): Promise<{ backends: Backend[] }> {
        return get<{ backends: Backend[] }>("backends", undefined, signal);
    }

    function again(): void {
        if (!leaving.aborted) {
            const timer = setTimeout(() => void refresh(), everyMs);
            leaving.addEventListener("abort", () => clearTimeout(timer), { once: true });
        }
    }

    // The table is left alone while nothing changed, so that a reader's place and selection stay.
    let last = "";
    async function refresh(): Promise<void> {
        try {
            if (!document.hidden) {
                const { backends } = await read(leaving);
                const text = JSON.stringify(backends);
                if (text !== last) {
                    last = text;
                    fill(place, cards(backends));
                }
            }
        } catch (error) {
            if (isAbort(error)) {
                return;
            }
            last = "";
            if (!(error instanceof ApiError) || error.status === 401) {
                return;
            }
            fill(place, failed(error));
        }
        again();
    }
}

function ownState(status: Status): Child {
    return [
        fact("This gateway", status.draining ? state("conditional", "Draining") : state("success", "Serving")),
        fact("Requests now", count(status.requests)),
        fact("Streams now", count(status.streams)),
        fact("Up since", moment(status.startedAt)),
        fact("Version", said(status.version.replace(/(\+.{8}).*/, "$1"))),
    ];
}

function cards(backends: Backend[]): Child {
    if (backends.length === 0) {
        return h("p", { class: "empty" }, "proxy.json names no backend.");
    }
    return backends.map(backend => {
        const dead = backend.destinations.filter(destination => destination.dead).length;
        const all = backend.destinations.length;
        return h(
            "section",
            { class: "card" },
            h(
                "div",
                { class: "heading" },
                h("h2", null, said(backend.id)),
                dead === 0
                    ? state("success", "Up")
                    : dead === all
                      ? state("error", "Down")
                      : state("conditional", `${dead} of ${all} down`),
                h(
                    "span",
                    { class: "beside" },
                    h("a", { href: to("calls", { backend: backend.id }) }, "Calls"),
                    h("a", { href: to("charts", { backend: backend.id }) }, "Charts"),
                ),
            ),
            h(
                "p",
                { class: "minor" },
                backend.routes.map((route, i) => [i > 0 ? ", " : "", h("code", null, said(route.path))]),
                backend.loadBalancing ? [" · balanced by ", said(backend.loadBalancing)] : null,
            ),
            table(
                `Destinations of ${backend.id}`,
                [
                    { head: "Destination", cell: destination => said(destination.id) },
                    {
                        head: "State",
                        cell: destination => (destination.dead ? state("error", "Dead") : state("success", "Alive")),
                    },
                    { head: "Probes", cell: destination => health(destination.active) },
                    { head: "Traffic", cell: destination => health(destination.passive) },
                    { head: "Calls now", cell: destination => count(destination.concurrent), isNumber: true },
                    { head: "Address", cell: destination => h("code", null, said(destination.address)) },
                ] satisfies { head: string; cell: (destination: Destination) => Child; isNumber?: boolean }[],
                backend.destinations,
            ),
        );
    });
}

function health(word: string): HTMLElement {
    return state(word === "Healthy" ? "success" : word === "Unhealthy" ? "error" : "unknown", word);
}
