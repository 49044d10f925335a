// Small pieces that several views are made of.
import { h, type Child } from "./dom";
import { icon } from "./icons";
import { said } from "./text";

/** An outcome by word, icon and colour. */
export function outcome(status: string): HTMLElement {
    const known = ["success", "error", "denied"].includes(status);
    return h(
        "span",
        { class: `badge ${known ? status : "unknown"}` },
        icon(known ? status : "unknown"),
        said(status),
    );
}

/** A state that is good, bad, or a reason to look. */
export function state(
    kind: "success" | "error" | "denied" | "conditional" | "disabled" | "unknown",
    word: string,
): HTMLElement {
    return h("span", { class: `badge ${kind}` }, icon(kind), word);
}

/** A table's frame that scrolls in itself, and can be scrolled by keyboard. */
export function scrolling(label: string, table: HTMLElement): HTMLElement {
    return h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": label }, table);
}

export interface Column<T> {
    head: string;
    cell: (item: T) => Child;
    /** Right-aligned, with figures of one width. */
    isNumber?: boolean;
}

/** A plain table; the first column names the row. */
export function table<T>(caption: string, columns: Column<T>[], items: T[]): HTMLElement {
    return scrolling(
        caption,
        h(
            "table",
            null,
            h("caption", { class: "hidden" }, caption),
            h(
                "thead",
                null,
                h(
                    "tr",
                    null,
                    columns.map(column =>
                        h("th", { scope: "col", class: column.isNumber ? "number" : null }, column.head),
                    ),
                ),
            ),
            h(
                "tbody",
                null,
                items.map(item =>
                    h(
                        "tr",
                        null,
                        columns.map((column, i) =>
                            i === 0
                                ? h("th", { scope: "row" }, column.cell(item))
                                : h("td", { class: column.isNumber ? "number" : null }, column.cell(item)),
                        ),
                    ),
                ),
            ),
        ),
    );
}

/** A label over its value. */
export function fact(label: string, ...value: Child[]): HTMLElement {
    return h("div", { class: "fact" }, h("dt", null, label), h("dd", null, ...value));
}

export function heading(title: string, ...beside: Child[]): HTMLElement {
    return h("div", { class: "heading" }, h("h1", { tabindex: -1 }, title), ...beside);
}

/** A field with its label; the hint stands in it while it is empty, and is read with it. */
export function field(label: string, control: HTMLElement, hint?: string): HTMLElement {
    const id = `field-${control.getAttribute("name")}`;
    control.setAttribute("id", id);
    if (hint) {
        control.setAttribute("aria-describedby", `${id}-hint`);
        control.setAttribute("placeholder", hint);
    }
    return h(
        "div",
        { class: "field" },
        h("label", { for: id }, label),
        control,
        hint ? h("span", { class: "hidden", id: `${id}-hint` }, hint) : null,
    );
}

export function choice(name: string, chosen: string, options: [value: string, text: string][]): HTMLSelectElement {
    return h(
        "select",
        { name },
        options.map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
    );
}

/** Copies a text, and says so. */
export function copying(label: string, text: string): HTMLElement {
    const word = h("span", { "aria-live": "polite" }, label);
    return h(
        "button",
        {
            type: "button",
            class: "quiet",
            click: () => {
                void navigator.clipboard.writeText(text).then(
                    () => {
                        word.textContent = "Copied";
                    },
                    () => {
                        word.textContent = "The browser does not allow it";
                    },
                );
            },
        },
        icon("copy"),
        word,
    );
}
