// The browser of completions. All text goes into the page as text, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("completion-data").textContent);
  const PAGE = 20;
  const by = (id) => document.getElementById(id);
  const filters = by("filters"), list = by("matches"), count = by("match-count"), detail = by("detail");
  const accepted = data.verdicts.indexOf("accepted");
  let matches = [], page = 0, chosen = -1;

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function cut(value) {
    return typeof value === "string" ? value : value[0] + "\n… and " + value[1].toLocaleString("en") + " more characters";
  }

  function block(title, value, className) {
    const made = element("div", undefined, className);
    made.append(element("h4", title), element("pre", value === "" ? "(nothing)" : cut(value)));
    return made;
  }

  function tally(one) {
    const words = [];
    data.tiers.forEach((tier, number) => {
      const tests = one.tests.filter((test) => test[0] === number);
      if (tests.length) words.push(tier + " " + tests.filter((test) => test[1] === accepted).length + "/" + tests.length);
    });
    return words.join(", ");
  }

  function isSolved(one) {
    return one.tests.length > 0 && one.tests.every((test) => test[1] === accepted);
  }

  function outcome(one) {
    if (one.reward === null) return "left out";
    return isSolved(one) ? "solved" : "not solved";
  }

  function matcher() {
    const wanted = Object.fromEntries(new FormData(filters));
    const from = wanted.from === "" ? -Infinity : Number(wanted.from);
    const to = wanted.to === "" ? Infinity : Number(wanted.to);
    const words = wanted.words.toLowerCase();
    const holds = (test) => (wanted.tier === "" || test[0] === Number(wanted.tier))
      && (wanted.verdict === "" || test[1] === Number(wanted.verdict));
    return (one) => one.step >= from && one.step <= to
      && (wanted.outcome === "" || outcome(one) === wanted.outcome)
      && (wanted.tier + wanted.verdict === "" || one.tests.some(holds))
      && (words === "" || (data.problems[one.problem].id + "\n" + cut(one.text)).toLowerCase().includes(words));
  }

  function filter() {
    const fits = matcher();
    matches = data.completions.map((_, number) => number).filter((number) => fits(data.completions[number]));
    page = 0;
    showPage();
    if (matches.length && !matches.includes(chosen)) open(matches[0]);
  }

  function showPage() {
    const pages = Math.max(1, Math.ceil(matches.length / PAGE));
    page = Math.max(0, Math.min(pages - 1, page));
    count.textContent = matches.length.toLocaleString("en") + " of " + data.completions.length.toLocaleString("en")
      + " completions match; page " + (page + 1) + " of " + pages;
    by("earlier").disabled = page === 0;
    by("later").disabled = page === pages - 1;
    list.replaceChildren(...matches.slice(page * PAGE, (page + 1) * PAGE).map(entry));
  }

  function entry(number) {
    const one = data.completions[number];
    const made = element("li"), button = element("button");
    const reward = one.reward === null ? "left out" : "reward " + one.reward.toPrecision(3);
    button.type = "button";
    button.dataset.number = number;
    button.append(
      element("span", "step " + one.step + ", group " + one.group + ": " + outcome(one)),
      element("span", data.problems[one.problem].id, "soft"),
      element("span", reward + "; " + tally(one), "soft"));
    if (number === chosen) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => open(number));
    made.append(button);
    return made;
  }

  function open(number) {
    chosen = number;
    for (const button of list.querySelectorAll("button")) {
      if (Number(button.dataset.number) === number) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    const one = data.completions[number], problem = data.problems[one.problem];
    const parts = Object.entries(one.parts).map(([name, value]) => name + " " + (value === null ? "none" : value.toPrecision(3)));
    const facts = [
      "step " + one.step, "group " + one.group, outcome(one),
      one.reward === null ? "no reward" : "reward " + one.reward.toPrecision(3), ...parts,
      ...(one.tokens === null ? [] : [one.tokens + " tokens"]),
      ...(one.truncated ? ["cut off"] : []), ...(one.selected ? [] : ["not in the update"])];
    detail.replaceChildren(element("h3", problem.id), element("p", facts.join(", ")));
    if (problem.statement !== undefined) {
      const statement = element("details");
      statement.append(element("summary", "problem"), element("pre", cut(problem.statement)));
      detail.append(statement);
    }
    detail.append(block("completion", one.text));
    if (one.program === null) detail.append(element("p", "No program was found in it."));
    else if (one.program !== one.text) detail.append(block("program", one.program));
    const failing = one.tests.findIndex((test) => test[1] !== accepted);
    one.tests.forEach((test, place) => detail.append(testOf(one, problem, place, place === Math.max(0, failing))));
    detail.scrollTop = 0;
  }

  function testOf(one, problem, place, isOpen) {
    const [tier, verdict, seconds] = one.tests[place];
    const again = one.again && one.again[place];
    const made = element("details", undefined, "test"), row = element("div", undefined, "beside");
    const mark = verdict === accepted ? "✓ " : "✗ ";
    let title = mark + "test " + (place + 1) + ", " + data.tiers[tier] + ": " + data.verdicts[verdict];
    if (seconds > 0) title += ", " + seconds + " s";
    if (again && again[0] !== verdict) title += "; run again: " + data.verdicts[again[0]];
    made.open = isOpen;
    made.append(element("summary", title));
    if (!problem.tests) made.append(element("p", "Its input and expected output are not at hand.", "soft"));
    else row.append(block("input", problem.tests[place][0]), block("expected", problem.tests[place][1]));
    if (again) row.append(outputOf(again, problem.tests && problem.tests[place][1]));
    else if (one.program !== null) made.append(element("p", by("detail").dataset.absent, "soft"));
    made.append(row);
    return made;
  }

  function outputOf(again, expected) {
    const [, code, out, error] = again, made = element("div");
    const pre = element("pre"), wanted = cut(expected).trimEnd().split("\n");
    const lines = out === "" ? ["(nothing)"] : cut(out).trimEnd().split("\n");
    lines.forEach((line, number) => {
      const differs = line.trimEnd() !== (wanted[number] || "").trimEnd();
      pre.append(element("span", (differs ? "≠ " : "  ") + line + "\n", differs ? "differs" : ""));
    });
    made.append(element("h4", "output, run again" + (code === 0 || code === null ? "" : "; exit code " + code)), pre);
    if (error !== "") made.append(block("errors", error));
    return made;
  }

  function turn(pages) {
    page += pages;
    showPage();
  }

  filters.addEventListener("input", filter);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.addEventListener("reset", () => setTimeout(filter));
  by("earlier").addEventListener("click", () => turn(-1));
  by("later").addEventListener("click", () => turn(1));
  list.addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const here = event.target.closest("li");
    if (!here || !(event.key in moves)) return;
    event.preventDefault();
    const next = moves[event.key] > 0 ? here.nextElementSibling : here.previousElementSibling;
    if (next) next.querySelector("button").focus();
  });
  filter();
})();
