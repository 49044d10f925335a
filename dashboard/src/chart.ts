// A chart over time: uPlot draws, colours come from the style sheet, and the words stand beside it.
import uPlot from "uplot";
import { fill, h } from "./dom";
import { onTheme } from "./theme";

export interface Series {
    label: string;
    /** The style sheet's variable for its colour. */
    colour: string;
    values: (number | null)[];
    format: (value: number | null | undefined) => string;
    isArea?: boolean;
    /** Its line's pattern, so that lines differ without colour. */
    pattern?: "dashed" | "dotted";
}

const height = 210;
const dashes = { dashed: [7, 4], dotted: [2, 3] };

/**
 * Draws until the signal is aborted.
 * @param label What a screen reader says of it.
 * @param times Seconds since 1970, rising.
 */
export function timeChart(label: string, times: number[], series: Series[], leaving: AbortSignal): HTMLElement {
    const canvas = h("div", { class: "canvas", role: "img", "aria-label": label });
    const reading = h("span", { class: "minor number" });
    const values = series.map(() => h("span", { class: "number" }));
    const legend = h(
        "div",
        { class: "legend" },
        series.map((line, i) =>
            h(
                "span",
                { class: "legend-item" },
                h("span", { class: `swatch ${line.colour} ${line.pattern ?? "solid"}`, "aria-hidden": "true" }),
                line.label,
                values[i],
            ),
        ),
        reading,
    );
    let chart: uPlot | null = null;

    const tell = (at: number | null | undefined): void => {
        const time = at === null || at === undefined ? undefined : times[at];
        fill(
            reading,
            time === undefined ? "" : `${new Date(time * 1000).toISOString().slice(0, 16).replace("T", " ")}Z`,
        );
        series.forEach((line, i) => fill(values[i]!, time === undefined ? "" : line.format(line.values[at!])));
    };
    const draw = (): void => {
        chart?.destroy();
        const axis = {
            stroke: colourOf(canvas, "muted"),
            grid: { stroke: colourOf(canvas, "grid"), width: 1 },
            ticks: { show: false },
        };
        chart = new uPlot(
            {
                width: Math.max(200, canvas.clientWidth),
                height,
                tzDate: stamp => uPlot.tzDate(new Date(stamp * 1000), "Etc/UTC"),
                legend: { show: false },
                cursor: { y: false, points: { size: 7 } },
                scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] } },
                axes: [
                    { ...axis, values: (_, ticks) => stamps(ticks) },
                    { ...axis, size: 56, values: (_, ticks) => ticks.map(tick => tick.toLocaleString("en")) },
                ],
                series: [
                    {},
                    ...series.map(line => ({
                        label: line.label,
                        stroke: colourOf(canvas, line.colour),
                        width: 1.75,
                        ...(line.pattern && { dash: dashes[line.pattern] }),
                        ...(line.isArea && { fill: colourOf(canvas, `${line.colour}-area`) }),
                        // A point without neighbours has no line that would show it.
                        points: { show: line.values.filter(value => value !== null).length < 60, size: 5 },
                    })),
                ],
                hooks: { setCursor: [u => tell(u.cursor.idx)] },
            },
            [times, ...series.map(line => line.values)] as uPlot.AlignedData,
            canvas,
        );
    };

    const resizing = new ResizeObserver(() => {
        if (!chart) {
            draw();
        } else if (canvas.clientWidth !== chart.width && canvas.clientWidth > 0) {
            chart.setSize({ width: canvas.clientWidth, height });
        }
    });
    resizing.observe(canvas);
    onTheme(() => chart && draw(), leaving);
    leaving.addEventListener(
        "abort",
        () => {
            resizing.disconnect();
            chart?.destroy();
        },
        { once: true },
    );
    return h("figure", { class: "chart" }, legend, canvas);
}

// The time of day, and the date where a new day begins.
function stamps(ticks: number[]): string[] {
    let day = "";
    return ticks.map(tick => {
        const iso = new Date(tick * 1000).toISOString();
        const isNew = iso.slice(0, 10) !== day;
        day = iso.slice(0, 10);
        const time = iso.slice(11, 16);
        return isNew ? (time === "00:00" ? iso.slice(5, 10) : `${time}\n${iso.slice(5, 10)}`) : time;
    });
}

// A variable holds "light or dark"; only a real property says which it is now.
function colourOf(near: HTMLElement, name: string): string {
    const probe = h("span", { class: `colour-of ${name}` });
    near.append(probe);
    const colour = getComputedStyle(probe).color;
    probe.remove();
    return colour;
}
