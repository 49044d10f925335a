import { ApiError, change } from "../api";
import { fill, h } from "../dom";
import { icon } from "../icons";
import { field, heading } from "../parts";
import { said } from "../text";
import { themeSwitch } from "../theme";
import type { Viewer } from "../types";

/** Asks for a credential, which goes to the gateway and is kept nowhere. */
export function signInView(app: HTMLElement, whenSignedIn: (viewer: Viewer) => void, message?: string): void {
    const fault = h("div", { role: "alert" });
    const input = h("input", {
        name: "credential",
        type: "password",
        required: true,
        autocomplete: "current-password",
    });
    const button = h("button", { type: "submit", class: "primary" }, "Sign in");
    const form = h(
        "form",
        { class: "sign-in" },
        h("div", { class: "brand" }, icon("shield"), h("span", { class: "name" }, "Sentinel")),
        heading("Sign in"),
        message ? h("p", { class: "notice", role: "status" }, message) : null,
        field("API key or token", input),
        h("p", { class: "minor" }, "The same credential that MCP servers are called with. It needs a viewer's role."),
        fault,
        button,
    );
    form.addEventListener("submit", event => {
        event.preventDefault();
        void signIn();
    });

    async function signIn(): Promise<void> {
        button.disabled = true;
        fill(fault);
        try {
            const viewer = await change<Viewer>("POST", "session", { credential: input.value.trim() });
            input.value = "";
            whenSignedIn(viewer!);
        } catch (error) {
            if (!(error instanceof ApiError)) {
                throw error;
            }
            fill(fault, h("p", { class: "notice bad" }, icon("error"), said(error.message)));
            input.select();
        } finally {
            button.disabled = false;
        }
    }

    fill(app, h("main", { class: "alone" }, form, h("div", { class: "corner" }, themeSwitch())));
    input.focus();
}
