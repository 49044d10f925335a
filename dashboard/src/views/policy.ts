import { get } from "../api";
import { ask } from "../ask";
import { h, type Child } from "../dom";
import { moment } from "../format";
import { heading, scrolling, state, table } from "../parts";
import { to, type Route } from "../route";
import { brief, said } from "../text";
import type { Matrix, Policy, RuleText } from "../types";

const cells: Record<string, [kind: "success" | "denied" | "conditional" | "disabled", word: string]> = {
    allow: ["success", "allow"],
    deny: ["denied", "deny"],
    conditional: ["conditional", "depends"],
    disabled: ["disabled", "off"],
};

/** Who may call what, and the rules that say so. */
export function policyView(main: HTMLElement, _route: Route, leaving: AbortSignal): void {
    const matrix = h("div", { class: "answer" });
    const rules = h("div", { class: "answer" });
    main.append(
        heading(
            "Policy",
            h(
                "span",
                { class: "beside" },
                h("a", { class: "button primary", href: to("explain") }, "Explain a decision"),
            ),
        ),
        h(
            "section",
            null,
            h("h2", null, "Who may call what"),
            h(
                "p",
                { class: "minor" },
                "Tools that were called in the last 30 days or are pinned. ",
                "“Depends” means on the arguments. A cell leads to its explanation.",
            ),
            matrix,
        ),
        rules,
    );
    void ask(matrix, leaving, signal => get<Matrix>("policy/matrix", undefined, signal), grid);
    void ask(rules, leaving, signal => get<Policy>("policy", undefined, signal), policy);
}

function grid(matrix: Matrix): Child {
    if (matrix.tools.length === 0 || matrix.roles.length === 0) {
        return h(
            "p",
            { class: "empty" },
            matrix.roles.length === 0 ? "The policy names no role." : "No tool has been called yet.",
        );
    }
    return [
        scrolling(
            "Roles and tools",
            h(
                "table",
                { class: "matrix" },
                h("caption", { class: "hidden" }, "Which role may call which tool"),
                h(
                    "thead",
                    null,
                    h(
                        "tr",
                        null,
                        h("th", { scope: "col" }, "Tool"),
                        matrix.roles.map(role => h("th", { scope: "col" }, brief(role, 40))),
                    ),
                ),
                h(
                    "tbody",
                    null,
                    matrix.tools.map(tool =>
                        h(
                            "tr",
                            null,
                            h(
                                "th",
                                { scope: "row" },
                                h("span", { class: "backend" }, brief(tool.backend, 40), "/"),
                                brief(tool.tool, 60),
                            ),
                            tool.cells.map((cell, i) => {
                                const [kind, word] = cells[cell] ?? ["denied", cell];
                                const href = to("explain", {
                                    role: matrix.roles[i],
                                    backend: tool.backend,
                                    name: tool.tool,
                                });
                                return h("td", null, h("a", { href }, state(kind, word)));
                            }),
                        ),
                    ),
                ),
            ),
        ),
        matrix.note ? h("p", { class: "notice look" }, said(matrix.note)) : null,
        matrix.truncated ? h("p", { class: "minor" }, "There are more tools than this table shows.") : null,
    ];
}

function policy(answer: Policy): Child {
    return [
        h(
            "section",
            null,
            h("h2", null, "Rules"),
            h(
                "p",
                null,
                answer.mode === "Shadow"
                    ? state("conditional", "Shadow: decides and records, refuses nothing")
                    : state("success", "Enforced"),
                " ",
                h("span", { class: "minor" }, `Methods that Sentinel does not know: ${answer.unknownMethods}.`),
            ),
            h(
                "div",
                { class: "cards" },
                answer.roles.map(role =>
                    h(
                        "div",
                        { class: "card" },
                        h("h3", null, said(role.name)),
                        role.allow.length + role.deny.length === 0
                            ? h("p", { class: "minor" }, "No rule: nothing is granted to it.")
                            : null,
                        list("May", "success", role.allow),
                        list("May not", "denied", role.deny),
                    ),
                ),
            ),
        ),
        answer.disabled.length > 0
            ? h(
                  "section",
                  null,
                  h("h2", null, "Switched off for everybody"),
                  h(
                      "ul",
                      { class: "rules" },
                      answer.disabled.map(text =>
                          h("li", null, state("disabled", "off"), " ", h("code", null, said(text))),
                      ),
                  ),
              )
            : null,
        h(
            "section",
            null,
            h("h2", null, "Callers that proxy.json names"),
            answer.callers.length === 0
                ? h("p", { class: "empty" }, "None: everybody comes with a token.")
                : table(
                      "Callers",
                      [
                          { head: "Caller", cell: caller => said(caller.subject) },
                          { head: "Kind", cell: caller => said(caller.kind) },
                          { head: "Roles", cell: caller => said(caller.roles.join(", ") || "none") },
                          { head: "Until", cell: caller => (caller.expiresAt ? moment(caller.expiresAt) : "no end") },
                      ],
                      answer.callers,
                  ),
        ),
        answer.roleMap.length > 0
            ? h(
                  "section",
                  null,
                  h("h2", null, "Claims that become roles"),
                  table(
                      "Claims",
                      [
                          { head: "Claim", cell: entry => said(entry.claim) },
                          { head: "Role", cell: entry => said(entry.role) },
                      ],
                      answer.roleMap,
                  ),
              )
            : null,
        Object.keys(answer.pinning).length > 0
            ? h(
                  "section",
                  null,
                  h("h2", null, "Pinned tool definitions"),
                  table(
                      "Pinning",
                      [
                          { head: "Backend", cell: entry => said(entry[0]) },
                          { head: "When a definition changed", cell: entry => said(entry[1]) },
                      ],
                      Object.entries(answer.pinning),
                  ),
              )
            : null,
    ];
}

function list(title: string, kind: "success" | "denied", rules: RuleText[]): Child {
    return rules.length === 0
        ? null
        : [
              h("h4", null, state(kind, title)),
              h(
                  "ul",
                  { class: "rules" },
                  rules.map(rule =>
                      h(
                          "li",
                          null,
                          h("code", null, said(rule.text)),
                          rule.conditions ? h("div", { class: "minor" }, "if ", said(rule.conditions)) : null,
                      ),
                  ),
              ),
          ];
}
