// What every page does.
import "./forms.js";
