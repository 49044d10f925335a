// Icons are drawn here: no font and no file to load.
import { svg } from "./dom";

const paths: Record<string, string> = {
    success: "M3.5 8.5l3 3 6-7",
    error: "M8 2v7.5M8 12.6v.9",
    denied: "M3.6 3.6l8.8 8.8M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z",
    conditional: "M8 14.2A6.2 6.2 0 1 0 8 1.8a6.2 6.2 0 0 0 0 12.4zM5 8h6",
    disabled: "M8 2v6M4.3 4.2a5.6 5.6 0 1 0 7.4 0",
    play: "M5 3l8 5-8 5z",
    pause: "M5.5 3v10M10.5 3v10",
    copy: "M5.5 5.5h8v8h-8zM3 10.5h-.5v-8h8V3",
    theme: "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8zm0 0v12.4",
    unknown: "M5.8 6a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.8M8 12.4v.6",
    close: "M4 4l8 8M12 4l-8 8",
    next: "M6 3l5 5-5 5",
    shield: "M8 1.5 2.5 3.6v4.1c0 3.3 2.2 5.7 5.5 6.8 3.3-1.1 5.5-3.5 5.5-6.8V3.6zM5.4 8l1.9 1.9 3.4-3.7",
};

/** A small picture beside a word; it says nothing that the word does not. */
export function icon(name: string): SVGElement {
    return svg(
        "svg",
        { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true", focusable: "false" },
        svg("path", { d: paths[name] ?? paths["unknown"] }),
    );
}
