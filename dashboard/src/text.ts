// Shows texts of strangers: every character can be seen, none acts.
import { h } from "./dom";

// Controls, formats (directions, zero widths), separators of lines, private use, lone surrogates, variation selectors,
// tags and the letters that look like nothing.
const unseen = new RegExp(
    "[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Co}\\p{Cs}\\u034f\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u2800\\u3164" +
        "\\uffa0\\ufe00-\\ufe0f\\u{e0100}-\\u{e01ef}]",
    "u",
);
const space = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/u;

/** What stands for a character that cannot be seen, in JSON's spelling. */
function escape(character: string): string {
    return Array.from(
        { length: character.length },
        (_, i) => "\\u" + character.charCodeAt(i).toString(16).padStart(4, "0"),
    ).join("");
}

/** A text with what cannot be seen written out, for attributes and titles. */
export function visible(text: string): string {
    let shown = "";
    for (const character of text) {
        shown += unseen.test(character) || space.test(character) ? escape(character) : character;
    }
    return shown;
}

/** A text in an element of its own; long ones are cut, and say how much is missing. */
export function said(text: string | null | undefined, charactersMax = 400, multiline = false): HTMLElement {
    const element = h("bdi", { class: "said" });
    const all = text ?? "";
    const isCut = all.length > charactersMax;
    let plain = "";
    const flush = (): void => {
        if (plain) {
            element.append(document.createTextNode(plain));
            plain = "";
        }
    };
    for (const character of isCut ? all.slice(0, charactersMax) : all) {
        if (multiline && character === "\n") {
            plain += character;
        } else if (unseen.test(character) || space.test(character)) {
            flush();
            element.append(h("span", { class: "escaped" }, escape(character)));
        } else {
            plain += character;
        }
    }
    flush();
    if (isCut) {
        const rest = h(
            "button",
            {
                type: "button",
                class: "more",
                click: event => {
                    event.preventDefault();
                    event.stopPropagation();
                    element.replaceWith(said(all, Number.MAX_SAFE_INTEGER, multiline));
                },
            },
            `… ${(all.length - charactersMax).toLocaleString("en")} more characters`,
        );
        element.append(rest);
    }
    return element;
}

/** The same without a button, for cells that are links. */
export function brief(text: string | null | undefined, charactersMax = 80): HTMLElement {
    const all = text ?? "";
    const element = said(all.slice(0, charactersMax), charactersMax);
    if (all.length > charactersMax) {
        element.append("…");
    }
    return element;
}
