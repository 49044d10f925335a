import { get, onSignedOut } from "./api";
import { ApiError } from "./api";
import { fill, h } from "./dom";
import { failed } from "./ask";
import { current, type Route } from "./route";
import { shell, type Shell } from "./shell";
import { startStatus, stopStatus } from "./status";
import { startTheme } from "./theme";
import type { Viewer } from "./types";
import { auditView } from "./views/audit";
import { backendsView } from "./views/backends";
import { chartsView } from "./views/charts";
import { explainView } from "./views/explain";
import { liveView } from "./views/live";
import { policyView } from "./views/policy";
import { recordView } from "./views/record";
import { searchView } from "./views/search";
import { signInView } from "./views/sign-in";

type View = (main: HTMLElement, route: Route, leaving: AbortSignal) => void;

const views: Record<string, { title: string; show: View }> = {
    live: { title: "Live calls", show: liveView },
    calls: { title: "Search", show: searchView },
    call: { title: "Call", show: recordView },
    charts: { title: "Charts", show: chartsView },
    policy: { title: "Policy", show: policyView },
    explain: { title: "Explain", show: explainView },
    backends: { title: "Backends", show: backendsView },
    audit: { title: "Audit", show: auditView },
};

const app = document.getElementById("app")!;
let frame: Shell | null = null;
let leaving = new AbortController();
let session = new AbortController();
let shown = "";

function render(): void {
    if (!frame) {
        return;
    }
    leaving.abort();
    leaving = new AbortController();
    const route = current();
    const view = (Object.hasOwn(views, route.view) && views[route.view]) || views["live"]!;
    const place = `${route.view}/${route.detail}`;
    document.title = `${view.title} · Sentinel`;
    frame.mark(route.view);
    fill(frame.main);
    view.show(frame.main, route, leaving.signal);
    if (shown && place !== shown) {
        // Who reads by ear or keyboard is taken to the new view's beginning, not left where the link was.
        frame.main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
        scrollTo(0, 0);
    }
    shown = place;
}

function signedIn(viewer: Viewer): void {
    session.abort();
    session = new AbortController();
    frame = shell(viewer, () => signedOut("Signed out."), session.signal);
    fill(app, frame.element);
    startStatus();
    shown = "";
    render();
}

function signedOut(message?: string): void {
    leaving.abort();
    session.abort();
    stopStatus();
    if (frame || app.childElementCount === 0) {
        frame = null;
        document.title = "Sign in · Sentinel";
        signInView(app, signedIn, message);
    }
}

async function start(): Promise<void> {
    startTheme();
    onSignedOut(() => signedOut("The session has ended. Sign in again to go on where you were."));
    window.addEventListener("hashchange", render);
    try {
        signedIn(await get<Viewer>("session"));
    } catch (error) {
        if (error instanceof ApiError && error.status === 401) {
            signedOut();
        } else {
            fill(
                app,
                h(
                    "main",
                    null,
                    failed(error, () => location.reload()),
                ),
            );
        }
    }
}

void start();
