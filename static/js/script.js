// Tells the style sheet that scripts run here: what needs one (js-only) shows from now on.
document.documentElement.dataset.script = '';
