import { get } from "../api";
import { ask } from "../ask";
import { fill, h, type Child } from "../dom";
import { choice, fact, field, heading, state } from "../parts";
import { go, to, type Route } from "../route";
import { said } from "../text";
import type { Backend, Explanation, Policy } from "../types";

const names = ["role", "backend", "name", "kind", "arguments"];

/** Why a caller with these roles may or may not make a call. */
export function explainView(main: HTMLElement, route: Route, leaving: AbortSignal): void {
    const query = route.query;
    const asked = new URLSearchParams([...query].filter(([name]) => names.includes(name)));
    const place = h("div", { class: "answer" });
    const roles = input("role", query.getAll("role").join(", "), "role-names");
    const backend = input("backend", query.get("backend") ?? "", "backend-names");
    const knownRoles = h("datalist", { id: "role-names" });
    const knownBackends = h("datalist", { id: "backend-names" });
    const name = input("name", query.get("name") ?? "");
    const text = h("textarea", { name: "arguments", rows: 3, spellcheck: "false" });
    text.value = query.get("arguments") ?? "";
    const kind = choice("kind", query.get("kind") ?? "tool", [
        ["tool", "tool"],
        ["prompt", "prompt"],
        ["resource", "resource"],
    ]);
    const form = h(
        "form",
        { class: "filters" },
        h(
            "div",
            { class: "fields" },
            field("Roles", roles, "several with commas"),
            field("Kind", kind),
            field("Backend", backend),
            field("Name", name, "tool, prompt or URI"),
            field("Arguments", text, "a JSON object"),
            h("div", { class: "field actions" }, h("button", { type: "submit", class: "primary" }, "Explain")),
        ),
        knownRoles,
        knownBackends,
    );
    form.addEventListener("submit", event => {
        event.preventDefault();
        const next = new URLSearchParams();
        roles.value
            .split(",")
            .map(role => role.trim())
            .filter(role => role)
            .forEach(role => next.append("role", role));
        for (const control of [backend, name, text, kind]) {
            if (control.value.trim() !== "") {
                next.append(control.name, control.value.trim());
            }
        }
        go(to("explain", next));
    });
    main.append(
        heading("Explain a decision", h("span", { class: "beside" }, h("a", { href: to("policy") }, "Policy"))),
        form,
        place,
    );
    void suggest();
    if (query.get("backend") && query.get("name")) {
        void ask(place, leaving, signal => get<Explanation>("policy/explain", asked, signal), answer);
    } else {
        fill(
            place,
            h(
                "p",
                { class: "empty" },
                "Name a backend and a tool. Without roles, the answer is for a caller who has none.",
            ),
        );
    }

    // Only conveniences: where they cannot be had, the form works as well.
    async function suggest(): Promise<void> {
        const [policy, backends] = await Promise.allSettled([
            get<Policy>("policy", undefined, leaving),
            get<{ backends: Backend[] }>("backends", undefined, leaving),
        ]);
        if (policy.status === "fulfilled") {
            fill(
                knownRoles,
                policy.value.roles.map(role => h("option", { value: role.name })),
            );
        }
        if (backends.status === "fulfilled") {
            fill(
                knownBackends,
                backends.value.backends.map(one => h("option", { value: one.id })),
            );
        }
    }
}

function input(name: string, value: string, list?: string): HTMLInputElement {
    const control = h("input", { name, type: "text", autocomplete: "off", spellcheck: "false", list });
    control.value = value;
    return control;
}

function answer(explanation: Explanation): Child {
    return h(
        "div",
        { class: "card verdict", role: "status" },
        h(
            "p",
            { class: "sentence" },
            explanation.allowed ? state("success", "Allowed") : state("denied", "Denied"),
            explanation.reason ? [" ", h("code", { class: "reason" }, said(explanation.reason))] : null,
        ),
        h(
            "dl",
            { class: "facts" },
            fact("Roles", said(explanation.roles.join(", ") || "none")),
            fact("Decided by", h("code", null, said(explanation.rule))),
            explanation.path ? fact("Where it stands", h("code", null, said(explanation.path))) : null,
            explanation.wouldRefuse ? fact("Enforced, it would be refused by", said(explanation.wouldRefuse)) : null,
            fact("What would change it", said(explanation.change, 1000)),
        ),
    );
}
