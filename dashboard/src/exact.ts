// JSON whose numbers keep every digit that was recorded.

// Browsers have these; the compiler's library does not name them yet.
declare global {
    interface JSON {
        rawJSON?(text: string): RawNumber;
        isRawJSON?(value: unknown): value is RawNumber;
    }
}

/** A number by its own digits; JSON.stringify writes them as they are. */
interface RawNumber {
    readonly rawJSON: string;
}

/** Whether this browser lets numbers keep their digits; where not, they are rounded to the nearest double. */
export const isExact = typeof JSON.rawJSON === "function";

/** Reads JSON; a number that a double would print with other digits stays as it was written. */
export function parseExact(text: string): unknown {
    return JSON.parse(text, isExact ? kept : undefined);
}

function kept(_key: string, value: unknown, context?: { source?: string }): unknown {
    const source = context?.source;
    return typeof value === "number" && source !== undefined && String(value) !== source
        ? JSON.rawJSON!(source)
        : value;
}

/** A number that a double does not hold as it was written. */
export function isRaw(value: unknown): value is RawNumber {
    return JSON.isRawJSON?.(value) ?? false;
}
