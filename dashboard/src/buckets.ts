// Time in equal steps; those without a call are there too.
import type { Figures, Statistics } from "./types";

export type Resolution = "minute" | "hour" | "day";

const secondsOf: Record<Resolution, number> = { minute: 60, hour: 3600, day: 86400 };
const spans: Record<string, number> = {
    s: 1,
    m: 60,
    min: 60,
    h: 3600,
    hour: 3600,
    d: 86400,
    day: 86400,
    w: 604800,
    week: 604800,
};
const bucketsMax = 2000;

/** The step that was asked for, or the one that fits the time. */
export function resolutionOf(from: string, every: string | null): Resolution {
    if (every === "minute" || every === "hour" || every === "day") {
        return every;
    }
    const begin = begins(from);
    const span = begin === null ? 86400 : Date.now() / 1000 - begin;
    return span <= 3 * 3600 + 60 ? "minute" : span <= 14 * 86400 ? "hour" : "day";
}

/** Every step from the first to the last, oldest first; a step without calls has no figures. */
export function filled(statistics: Statistics, every: Resolution): { time: number; figures: Figures | null }[] {
    const step = secondsOf[every];
    const known = new Map(statistics.groups.map(group => [Date.parse(group.start ?? "") / 1000, group]));
    const times = [...known.keys()];
    // Where the answer is cut, what lies before it is not known to be empty.
    const begin = statistics.truncated ? Math.min(...times) : floor(Date.parse(statistics.from) / 1000, step);
    const end = Math.max(...times, floor(Date.parse(statistics.to) / 1000 - 1, step));
    if ((end - begin) / step > bucketsMax) {
        return times.sort((a, b) => a - b).map(time => ({ time, figures: known.get(time)! }));
    }
    const all: { time: number; figures: Figures | null }[] = [];
    for (let time = begin; time <= end; time += step) {
        all.push({ time, figures: known.get(time) ?? null });
    }
    return all;
}

function floor(time: number, step: number): number {
    return Math.floor(time / step) * step;
}

// The gateway reads many more words; these are those whose begin the drawing can know.
function begins(from: string): number | null {
    const span = /^(\d{1,6}) ?(s|m|min|h|hour|d|day|w|week)s?( ago)?$/.exec(from.trim().toLowerCase());
    if (span) {
        return Date.now() / 1000 - Number(span[1]) * spans[span[2]!]!;
    }
    const date = /^\d{4}-\d\d-\d\d/.test(from)
        ? Date.parse(/[Zz]|[+-]\d\d:\d\d$/.test(from) ? from : from.replace(" ", "T") + (from.length > 10 ? "Z" : ""))
        : NaN;
    return Number.isNaN(date) ? null : date / 1000;
}
