// Before the page is painted: say that scripts run, so that plain buttons can step back.
document.documentElement.classList.add("scripted");
