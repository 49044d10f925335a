// Which calls: a form, its values in the URL, and the same values for the API.
import { h } from "./dom";
import { icon } from "./icons";
import { choice, field } from "./parts";
import { go, to } from "./route";
import { brief } from "./text";

interface Filter {
    name: string;
    label: string;
    hint?: string;
    isRare?: boolean;
}

const when = "24h, monday 09:30, 2026-11-24";

/** Every filter that the API takes, in the order of the form. */
const all: Filter[] = [
    { name: "from", label: "From", hint: when },
    { name: "to", label: "To", hint: "now" },
    { name: "caller", label: "Caller", hint: "such as key:ci-bot" },
    { name: "tool", label: "Tool", hint: "such as search_*" },
    { name: "outcome", label: "Outcome" },
    { name: "role", label: "Role", isRare: true },
    { name: "backend", label: "Backend", hint: "such as git*", isRare: true },
    { name: "reason", label: "Reason", hint: "such as rbac", isRare: true },
    { name: "request", label: "Request id", isRare: true },
    { name: "session", label: "Session", hint: "hash, as in a record", isRare: true },
    { name: "trace", label: "Trace id", isRare: true },
    { name: "argument", label: "Arguments", hint: "project=OPS; one a line", isRare: true },
];

export const names = all.map(filter => filter.name);

/** What of a URL's query is a filter; empty values and what the API does not know are left out. */
export function filtersOf(query: URLSearchParams, only: string[] = names): URLSearchParams {
    const kept = new URLSearchParams();
    for (const [name, value] of query) {
        if (only.includes(name) && value.trim() !== "") {
            kept.append(name, value);
        }
    }
    return kept;
}

/**
 * The form; sending it goes to the view with what was typed.
 * @param view Where to go.
 * @param query What is asked now.
 * @param only The filters that this view has.
 * @param extra More fields, whose names are kept too.
 */
export function filterForm(
    view: string,
    query: URLSearchParams,
    only: string[] = names,
    extra: HTMLElement[] = [],
): HTMLElement {
    const here = all.filter(filter => only.includes(filter.name));
    const rare = here.filter(filter => filter.isRare);
    const isRareUsed = rare.some(filter => query.get(filter.name));
    const form = h(
        "form",
        { class: "filters", role: "search", "aria-label": "Which calls" },
        h(
            "div",
            { class: "fields" },
            here.filter(filter => !filter.isRare).map(filter => control(filter, query)),
            extra,
            h(
                "div",
                { class: "field actions" },
                h("button", { type: "submit", class: "primary" }, "Show"),
                h("a", { class: "button", href: to(view) }, "Clear"),
            ),
        ),
        rare.length > 0
            ? h(
                  "details",
                  { open: isRareUsed },
                  h("summary", null, "More filters"),
                  h(
                      "div",
                      { class: "fields" },
                      rare.map(filter => control(filter, query)),
                  ),
              )
            : null,
    );
    form.addEventListener("submit", event => {
        event.preventDefault();
        go(to(view, read(form)));
    });
    // On a narrow screen the answer comes first, and the form when it is asked for.
    const isNarrow = matchMedia("(max-width: 700px)").matches;
    return h(
        "div",
        null,
        isNarrow ? h("details", { class: "narrow" }, h("summary", null, "Filters"), form) : form,
        chips(view, query, here),
    );
}

function read(form: HTMLFormElement): URLSearchParams {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
        const values = name === "argument" ? String(value).split("\n") : [String(value)];
        for (const one of values.map(text => text.trim()).filter(text => text !== "")) {
            query.append(name, one);
        }
    }
    return query;
}

function control(filter: Filter, query: URLSearchParams): HTMLElement {
    const value = query.get(filter.name) ?? "";
    if (filter.name === "outcome") {
        return field(
            filter.label,
            choice(filter.name, value, [
                ["", "any"],
                ["success", "success"],
                ["error", "error"],
                ["denied", "denied"],
            ]),
        );
    }
    if (filter.name === "argument") {
        const area = h("textarea", { name: filter.name, rows: 2, spellcheck: "false" });
        area.value = query.getAll("argument").join("\n");
        return field(filter.label, area, filter.hint);
    }
    const input = h("input", { name: filter.name, type: "text", autocomplete: "off", spellcheck: "false" });
    input.value = value;
    return field(filter.label, input, filter.hint);
}

// What is asked now, each with a way to ask without it.
function chips(view: string, query: URLSearchParams, here: Filter[]): HTMLElement | null {
    const asked = [...query].filter(([name]) => here.some(filter => filter.name === name));
    if (asked.length === 0) {
        return null;
    }
    return h(
        "ul",
        { class: "chips", "aria-label": "Filters in use" },
        asked.map(([name, value]) => {
            const without = new URLSearchParams([...query].filter(([n, v]) => n !== name || v !== value));
            const label = here.find(filter => filter.name === name)!.label;
            return h(
                "li",
                null,
                h(
                    "a",
                    { href: to(view, without), class: "chip" },
                    h("span", { class: "chip-name" }, label),
                    brief(value, 60),
                    icon("close"),
                    h("span", { class: "hidden" }, "remove this filter"),
                ),
            );
        }),
    );
}
