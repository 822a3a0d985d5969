// Two people may stand before the same second look: what one of them decides, the other is told within seconds.
import { clock } from "./view.js";

const EVERY_MS = 2000;
const WORDS = { proceed: "to go on", hold: "to hold", call_colleague: "to call a colleague" };
const page = document.querySelector("[data-order]");
const notice = document.querySelector('[data-slot="decided"]');

async function look() {
  if (document.hidden) return;
  let told;
  try {
    const answer = await fetch(`/api/cases/${page.dataset.case}`);
    if (!answer.ok) return;
    told = await answer.json();
  } catch {
    return; // the bar on top has the louder watch
  }
  const order = told.orders.find((one) => one.order_id === page.dataset.order);
  const decisions = order?.decisions ?? [];
  if (decisions.length <= Number(page.dataset.decisions)) return;
  const [last, actor] = decisions[decisions.length - 1];
  notice.querySelector('[data-slot="decided-words"]').textContent =
    `${told.names[actor] ?? "Somebody"} decided ${WORDS[last.decision]} at ${clock(last.at_us)}, while this page was open.`;
  notice.hidden = false;
}

setInterval(look, EVERY_MS);
document.addEventListener("visibilitychange", look);
