// What stands around every view: name, ways, banners, who is signed in.
import { change, isAbort } from "./api";
import { fill, h, type Child } from "./dom";
import { moment } from "./format";
import { icon } from "./icons";
import { to } from "./route";
import { onStatus } from "./status";
import { brief, said } from "./text";
import { themeSwitch } from "./theme";
import type { Status, Viewer } from "./types";

export interface Shell {
    element: HTMLElement;
    main: HTMLElement;
    /** Shows in the navigation where one is. */
    mark: (view: string) => void;
}

const ways: [view: string, text: string, also?: string][] = [
    ["live", "Live"],
    ["calls", "Search", "call"],
    ["charts", "Charts"],
    ["policy", "Policy", "explain"],
    ["backends", "Backends"],
    ["audit", "Audit"],
];

export function shell(viewer: Viewer, whenSignedOut: () => void, leaving: AbortSignal): Shell {
    const links = ways.map(([view, text]) => h("a", { href: to(view) }, text));
    const banners = h("div", { class: "banners", role: "status" });
    const instance = h("span", { class: "instance" });
    const main = h("main", { id: "main", tabindex: -1 });
    const leave = async (): Promise<void> => {
        try {
            await change("DELETE", "session");
        } catch (error) {
            if (isAbort(error)) {
                throw error;
            }
        }
        whenSignedOut();
    };
    const name = viewer.display || viewer.subject;
    const element = h(
        "div",
        { class: "page" },
        h(
            "a",
            {
                class: "skip",
                href: "#main",
                click: event => {
                    event.preventDefault();
                    main.focus();
                },
            },
            "Skip to content",
        ),
        h(
            "header",
            null,
            h("div", { class: "brand" }, icon("shield"), h("span", { class: "name" }, "Sentinel"), instance),
            h("nav", { "aria-label": "Views" }, links),
            h(
                "div",
                { class: "viewer" },
                h("span", { class: "who", title: `Roles: ${viewer.roles.join(", ")}` }, brief(name, 40)),
                themeSwitch(),
                h("button", { type: "button", class: "quiet", click: () => void leave() }, "Sign out"),
            ),
        ),
        banners,
        main,
    );
    let last = "";
    onStatus((status, error) => {
        // Written only when it changes, so that it is not read aloud every few seconds.
        const key = JSON.stringify([error?.message, status && worries(status).map(worry => worry.key)]);
        if (status) {
            fill(instance, brief(status.instance, 40));
        }
        if (key !== last) {
            last = key;
            fill(
                banners,
                error && error.status !== 401 ? banner("bad", said(error.message)) : null,
                status ? worries(status).map(worry => banner(worry.kind, worry.text)) : null,
            );
        }
    }, leaving);
    return {
        element,
        main,
        mark: view =>
            ways.forEach(([way, , also], i) => {
                const isHere = way === view || also === view;
                if (isHere) {
                    links[i]!.setAttribute("aria-current", "page");
                    links[i]!.scrollIntoView({ block: "nearest", inline: "nearest" });
                } else {
                    links[i]!.removeAttribute("aria-current");
                }
            }),
    };
}

function worries(status: Status): { key: string; kind: "bad" | "look"; text: Child }[] {
    const found: { key: string; kind: "bad" | "look"; text: Child }[] = [];
    const { audit, configuration } = status;
    if (status.draining) {
        found.push({
            key: "draining",
            kind: "look",
            text: "This gateway is stopping: it takes no new work and ends what runs.",
        });
    }
    if (audit.refusesCalls) {
        found.push({ key: "refuses", kind: "bad", text: "Calls are refused while they cannot be recorded." });
    }
    if (audit.enabled && !audit.healthy) {
        found.push({
            key: `store ${audit.lastError}`,
            kind: "bad",
            text: [
                "The audit store has trouble",
                audit.lastErrorAt ? [" at ", moment(audit.lastErrorAt)] : null,
                ": ",
                said(audit.lastError ?? "it does not answer", 200),
                " ",
                h("a", { href: to("audit") }, "Audit"),
            ],
        });
    }
    if (audit.dropped > 0) {
        found.push({
            key: "dropped",
            kind: "bad",
            text: ["Rows were lost. ", h("a", { href: to("audit") }, "How many")],
        });
    }
    if (configuration.lastFault) {
        found.push({
            key: `fault ${configuration.lastFault}`,
            kind: "bad",
            text: ["A changed proxy.json was not taken: ", said(configuration.lastFault, 200)],
        });
    }
    return found;
}

function banner(kind: "bad" | "look", text: Child): HTMLElement {
    return h("div", { class: `banner ${kind}` }, icon("error"), h("span", null, text));
}
