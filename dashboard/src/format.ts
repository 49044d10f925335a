// Numbers and times as the page writes them.
import { h } from "./dom";

const whole = new Intl.NumberFormat("en");
const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

export function count(value: number | null | undefined): string {
    return value === null || value === undefined ? "–" : whole.format(value);
}

/** Milliseconds with as many digits as are worth reading. */
export function milliseconds(value: number | null | undefined): string {
    if (value === null || value === undefined) {
        return "–";
    }
    return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : whole.format(Math.round(value));
}

export function micros(value: number | undefined): string | null {
    return value === undefined ? null : `${milliseconds(value / 1000)} ms`;
}

export function percent(share: number | null | undefined): string {
    return share === null || share === undefined ? "–" : `${(100 * share).toFixed(1)} %`;
}

export function bytes(value: number | null | undefined): string {
    if (value === null || value === undefined) {
        return "–";
    }
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    let size = value;
    while (size >= 1024 && unit < units.length - 1) {
        size /= 1024;
        unit++;
    }
    return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}

export function seconds(value: number | null | undefined): string {
    if (value === null || value === undefined) {
        return "–";
    }
    if (value < 60) {
        return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
    }
    const minutes = Math.floor(value / 60);
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A moment in UTC, as the audit has it; the reader's own time is its title. */
export function moment(iso: string | null | undefined, withDate = true): HTMLElement | string {
    const date = new Date(iso ?? "");
    if (!iso || Number.isNaN(date.getTime())) {
        return "–";
    }
    const text = date.toISOString();
    return h(
        "time",
        { datetime: text, title: `${local.format(date)} where you are` },
        withDate ? h("span", { class: "date" }, `${text.slice(0, 10)} `) : null,
        text.slice(11, 23),
        h("span", { class: "zone" }, "Z"),
    );
}

/** How long ago, in words. */
export function ago(iso: string | null | undefined): string {
    const passed = (Date.now() - new Date(iso ?? "").getTime()) / 1000;
    return Number.isNaN(passed) ? "–" : `${seconds(Math.max(0, passed))} ago`;
}
