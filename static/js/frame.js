// What every signed-in page has of keys. One entry, so that each module is loaded once by its plain address.
import "./keys.js";
import "./palette.js";
