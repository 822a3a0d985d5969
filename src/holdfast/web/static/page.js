// What every page does.
import "./forms.js";
import "./outbox_bar.js";
import "./keeping.js";

// The bar is there for whoever may see alarms.
if (document.getElementById("alarm-bar")) import("./alarm_bar.js");
if (document.getElementById("calls-bar")) import("./calls.js");
