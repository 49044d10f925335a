// Bundles src/ into dist/ (or the folder that is named): the same bytes from the same sources on every machine.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(root, "dist"));
const licence = readFileSync(join(root, "node_modules/uplot/LICENSE"), "utf8").trim().replace(/\r/g, "");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { app: "src/main.ts" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  banner: { js: `/*! Contains uPlot.\n${licence}\n*/` },
  logLevel: "warning",
});
await build({
  absWorkingDir: root,
  entryPoints: { app: "src/app.css" },
  outdir: out,
  bundle: true,
  minify: true,
  charset: "utf8",
  logLevel: "warning",
});
for (const file of ["index.html", "favicon.svg"]) {
  copyFileSync(join(root, "src", file), join(out, file));
}
