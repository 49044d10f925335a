// The params of a call as a tree of texts.
import { h } from "./dom";
import { to } from "./route";
import { said } from "./text";

const valueCharsMax = 1000;
const childrenMax = 500;
const plainKey = /^[A-Za-z_][\w-]*$/;

type Within = { from: string; to: string };

/** An indented tree; a value that can be searched for is followed by a link to the calls of that time that have it. */
export function argumentTree(value: unknown, within: Within): HTMLElement {
    if (value === undefined) {
        return h("p", { class: "minor" }, "None were recorded.");
    }
    return h(
        "div",
        { class: "tree", tabindex: 0, role: "region", "aria-label": "Arguments" },
        node(value, [], within),
    );
}

// The path is that of the arguments' members; null where a search cannot go.
function node(value: unknown, path: string[] | null, within: Within): HTMLElement {
    if (Array.isArray(value)) {
        return branch(
            "[ ]",
            value.map((item, i) => [String(i), item, null]),
            within,
        );
    }
    if (typeof value === "object" && value !== null) {
        return branch(
            "{ }",
            Object.entries(value).map(([key, item]) => [key, item, path && [...path, key]]),
            within,
        );
    }
    return h(
        "span",
        { class: `leaf ${value === null ? "null" : typeof value}` },
        typeof value === "string" ? ['"', said(value, valueCharsMax, true), '"'] : String(value),
        search(value, path, within),
    );
}

function branch(empty: string, members: [string, unknown, string[] | null][], within: Within): HTMLElement {
    if (members.length === 0) {
        return h("span", { class: "leaf null" }, empty);
    }
    const rest = members.length - childrenMax;
    return h(
        "ul",
        null,
        members.slice(0, childrenMax).map(([key, item, path]) => {
            const isBranch = typeof item === "object" && item !== null && Object.keys(item).length > 0;
            const name = h("span", { class: "key" }, said(key, 200));
            return h(
                "li",
                null,
                isBranch
                    ? h("details", { open: true }, h("summary", null, name), node(item, path, within))
                    : [name, ": ", node(item, path, within)],
            );
        }),
        rest > 0 ? h("li", { class: "minor" }, `… ${rest} more`) : null,
    );
}

function search(value: unknown, path: string[] | null, within: Within): HTMLElement | null {
    const text = String(value);
    if (
        !path ||
        path[0] !== "arguments" ||
        path.length < 2 ||
        value === null ||
        text.length > 200 ||
        text === "[redacted]" ||
        text.includes("\n")
    ) {
        return null;
    }
    const written = path
        .slice(1)
        .map((key, i) => (plainKey.test(key) ? (i > 0 ? `.${key}` : key) : `["${key.replaceAll('"', '\\"')}"]`))
        .join("");
    return h(
        "a",
        { class: "find", href: to("calls", { argument: `${written}=${text}`, ...within }) },
        "find",
        h("span", { class: "hidden" }, " calls with this value"),
    );
}
