// The account page beyond links and forms. One entry, so that each module is loaded once by its plain address.
import "./page.js";
import "./codes.js";
import "./evidence.js";
import "./find.js";
import "./drafts.js";
