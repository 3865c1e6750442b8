/* app.js - shortens the trip; every page works without it. */
(function () {
  "use strict";
  var doc = document, root = doc.documentElement;
  root.classList.add("js");

  function one(selector, from) { return (from || doc).querySelector(selector); }
  function all(selector, from) { return Array.prototype.slice.call((from || doc).querySelectorAll(selector)); }
  function on(target, type, run) { target.addEventListener(type, run); }

  /* Menus close on a click elsewhere and on Escape, one at a time. */
  function closeMenus(except) {
    all("details.menu[open]").forEach(function (menu) {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    });
  }
  on(doc, "click", function (event) { closeMenus(event.target.closest("details.menu")); });

  /* The whole row of a ticket is its link. */
  on(doc, "click", function (event) {
    var row = event.target.closest(".tickets tbody tr");
    if (!row || event.target.closest("a, button") || String(getSelection())) return;
    var link = one(".c-subject a", row);
    if (event.ctrlKey || event.metaKey) open(link.href, "_blank", "noopener");
    else link.click();
  });

  /* Mails in frames are as high as they are long. */
  function fit(frame) {
    try {
      var page = frame.contentDocument;
      if (!page || !page.body) return;
      frame.style.height = Math.max(48, page.documentElement.scrollHeight) + "px";
    } catch (error) { /* keeps its fixed height */ }
  }
  all("iframe.mail-frame").forEach(function (frame) {
    function loaded() {
      frame.style.height = "48px";
      fit(frame);
      if (window.ResizeObserver && frame.contentDocument && frame.contentDocument.body)
        new ResizeObserver(function () { fit(frame); }).observe(frame.contentDocument.body);
    }
    on(frame, "load", loaded);
    if (frame.contentDocument && frame.contentDocument.readyState === "complete" &&
        frame.contentDocument.URL !== "about:blank") loaded();
  });

  /* Drafts stay on this device until they are sent. */
  function store(key, value) {
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value === null || value === "") localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch (error) { /* no storage: no drafts */ }
    return null;
  }
  all("form[data-draft]").forEach(function (form) {
    var area = one("textarea", form), key = "draft:" + form.dataset.draft, timer;
    var saved = one(".saved", form.parentNode);
    if (!area) return;
    if (area.value === "" && store(key)) {
      area.value = store(key);
      if (saved) saved.textContent = saved.dataset.saved;
    }
    function save() {
      store(key, area.value);
      if (saved) saved.textContent = area.value ? saved.dataset.saved : "";
    }
    on(area, "input", function () { clearTimeout(timer); timer = setTimeout(save, 400); });
    on(form, "submit", function () {
      clearTimeout(timer);
      store(key, area.value);
      store("sent", key); /* forgotten by the next page, if that shows no text to repeat */
      setTimeout(function () {
        all("button", form).forEach(function (button) { button.disabled = true; });
      }, 0);
    });
  });
  on(window, "pageshow", function (event) {
    if (event.persisted) all("form[data-draft] button").forEach(function (b) { b.disabled = false; });
  });
  (function forgetSent() {
    var key = store("sent");
    if (!key) return;
    store("sent", null);
    if (one("[role=alert]") || one("body.plain .num + h1")) return; /* refused: the draft stays */
    store(key, null);
    all("form[data-draft]").forEach(function (form) {
      if ("draft:" + form.dataset.draft !== key) return;
      var area = one("textarea", form);
      if (area && area.defaultValue === "") area.value = "";
      var saved = one(".saved", form.parentNode);
      if (saved) saved.textContent = "";
    });
  })();

  /* Files are listed where they were chosen, come by drop and paste as well, and can be taken out again. */
  function sizeText(bytes) {
    var kilo = Math.max(1, Math.round(bytes / 1024)), mega = kilo >= 1024;
    return new Intl.NumberFormat(root.lang, { style: "unit", unit: mega ? "megabyte" : "kilobyte", maximumFractionDigits: 1 })
      .format(mega ? kilo / 1024 : kilo);
  }
  function chip(file, label, remove) {
    var item = doc.createElement("li"), name = doc.createElement("span"), size = doc.createElement("small");
    var button = doc.createElement("button");
    item.className = "chip";
    name.textContent = file.name;
    size.textContent = sizeText(file.size);
    button.type = "button";
    button.textContent = "\u00d7";
    button.setAttribute("aria-label", label + " " + file.name);
    on(button, "click", remove);
    item.append(name, size, button);
    return item;
  }
  all(".files input").forEach(function (input) {
    var label = input.parentNode, form = input.form, kept = [], list = doc.createElement("ul");
    list.className = "chips chosen";
    label.after(list);
    function keep(files) {
      var all_files = new DataTransfer(), bytes = 0;
      kept = files;
      kept.forEach(function (file) { all_files.items.add(file); bytes += file.size; });
      input.files = all_files.files;
      input.setCustomValidity(bytes > Number(label.dataset.max) ? label.dataset.tooLarge : "");
      list.replaceChildren.apply(list, kept.map(function (file, at) {
        return chip(file, label.dataset.remove, function () {
          keep(kept.filter(function (_, other) { return other !== at; }));
          input.focus();
        });
      }));
      if (bytes) input.reportValidity();
    }
    function more(files) {
      var list = Array.prototype.slice.call(files);
      keep(input.multiple ? kept.concat(list) : list.slice(-1));
    }
    on(input, "change", function () { more(input.files); });
    on(form, "dragover", function (event) {
      if (event.dataTransfer.types.indexOf("Files") < 0) return;
      event.preventDefault();
      form.classList.add("is-drop");
    });
    on(form, "dragleave", function (event) {
      if (!form.contains(event.relatedTarget)) form.classList.remove("is-drop");
    });
    on(form, "drop", function (event) {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      form.classList.remove("is-drop");
      more(event.dataTransfer.files);
    });
    on(form, "paste", function (event) {
      if (event.clipboardData.files.length && !event.clipboardData.types.includes("text/plain")) {
        event.preventDefault();
        more(event.clipboardData.files);
      }
    });
  });

  /* The list of agents follows the department. */
  all("select[data-filters]").forEach(function (department) {
    var agent = doc.getElementById(department.dataset.filters);
    if (!agent) return;
    function follow() {
      all("optgroup", agent).forEach(function (group) {
        group.hidden = group.disabled = group.dataset.department !== department.value;
      });
      var chosen = agent.selectedOptions[0];
      if (chosen && chosen.parentNode.disabled) agent.value = "0";
    }
    on(department, "change", follow);
    follow();
  });

  /* Predefined answers: the list of their page, in a sheet over this one. */
  function fillIn(area, text) {
    var at = area.selectionStart, before = area.value.slice(0, at), after = area.value.slice(area.selectionEnd);
    if (before && !/\n$/.test(before)) before += "\n";
    area.value = before + text + after;
    area.focus();
    area.setSelectionRange(before.length + text.length, before.length + text.length);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function chooser(link, area) {
    var sheet = doc.createElement("div"), list, timer, asked = 0;
    sheet.className = "sheet canned-sheet";
    sheet.popover = "auto";
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-label", link.getAttribute("aria-label"));
    doc.body.append(sheet);
    function show(url, run) {
      var mine = ++asked;
      fetch(url, { credentials: "same-origin" }).then(function (rs) { return rs.ok ? rs.text() : Promise.reject(); }).then(function (html) {
        var found = new DOMParser().parseFromString(html, "text/html").querySelector(".canned");
        if (found && mine === asked) run(doc.importNode(found, true));
      }).catch(function () { location.href = link.href; });
    }
    function search() {
      show(link.href + "?q=" + encodeURIComponent(one("input", sheet).value), function (found) {
        var next = one(".canned-list, .hint", found);
        list.replaceWith(next);
        list = next;
      });
    }
    on(sheet, "input", function () { clearTimeout(timer); timer = setTimeout(search, 150); });
    on(sheet, "submit", function (event) {
      event.preventDefault();
      var first = one(".canned-list a", sheet);
      if (first) first.click();
    });
    on(sheet, "keydown", function (event) {
      var links = all("a", list), at = links.indexOf(doc.activeElement), by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by || at + by >= links.length) return;
      event.preventDefault();
      if (at + by < 0) one("input", sheet).focus();
      else links[at + by].focus();
    });
    on(sheet, "click", function (event) {
      var chosen = event.target.closest(".canned-list a");
      if (!chosen) return;
      event.preventDefault();
      sheet.hidePopover();
      fillIn(area, one(".canned-text", chosen).textContent);
    });
    return function () {
      show(link.href, function (found) {
        sheet.replaceChildren(found);
        list = one(".canned-list, .hint", sheet);
        sheet.showPopover();
        one("input", sheet).focus();
      });
    };
  }
  all("a[data-canned]").forEach(function (link) {
    var area = doc.getElementById(link.dataset.canned);
    if (!area || !HTMLElement.prototype.showPopover) return;
    var open = chooser(link, area);
    on(link, "click", function (event) {
      if (event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      write("answer");
      open();
    });
    on(area, "keydown", function (event) {
      if (event.key !== "." || !event.ctrlKey) return;
      event.preventDefault();
      open();
    });
  });

  all("[data-print]").forEach(function (button) { on(button, "click", function () { print(); }); });

  /* What happens meanwhile: one stream for all tabs of this browser, of the tab that has the lock. */
  (function live() {
    var badge = one(".bell b"), box = one(".toasts"), wait = 0, channel;
    if (!badge || !box || !window.EventSource || !window.BroadcastChannel || !navigator.locks) return;
    function toast(link) {
      var item = doc.createElement("div"), close = doc.createElement("button"), timer;
      function go() { item.remove(); }
      function later() { timer = setTimeout(go, 8000); }
      item.className = "toast-box";
      close.type = "button";
      close.className = "icon-btn";
      close.textContent = "\u00d7";
      close.setAttribute("aria-label", box.dataset.close);
      on(close, "click", go);
      on(item, "mouseenter", function () { clearTimeout(timer); });
      on(item, "mouseleave", later);
      on(item, "focusin", function () { clearTimeout(timer); });
      item.append(doc.importNode(link, true), close);
      box.append(item);
      while (box.children.length > 3) box.firstChild.remove();
      later();
    }
    function show(html) {
      var news = one("[data-unread]", new DOMParser().parseFromString(html, "text/html"));
      if (!news) return;
      badge.dataset.n = news.dataset.unread;
      badge.textContent = news.dataset.unread > 99 ? "99+" : news.dataset.unread;
      store("notice", news.dataset.newest);
      if (doc.visibilityState === "visible") all("a", news).slice(-3).forEach(toast);
    }
    function heard(message) {
      if (message.html) show(message.html);
      else doc.dispatchEvent(new CustomEvent("deskd:event", { detail: message }));
    }
    function tell(message) { heard(message); channel.postMessage(message); }
    function ask() {
      fetch("/notices/new" + (store("notice") ? "?after=" + store("notice") : ""))
        .then(function (rs) { return rs.ok && !rs.redirected ? rs.text() : ""; })
        .then(function (html) { if (html) tell({ html: html }); }, function () { /* the next one brings it */ });
    }
    function again() {
      wait = Math.min((wait || 2500) * 2, 300000);
      setTimeout(connect, wait * (0.75 + Math.random() / 2));
    }
    function connect() {
      var after = store("event"), source = new EventSource("/events" + (after ? "?after=" + encodeURIComponent(after) : ""));
      on(source, "open", function () { wait = 0; });
      on(source, "message", function (event) {
        var message = JSON.parse(event.data);
        store("event", event.lastEventId);
        if (message.kind === "notice") ask();
        else tell(message);
      });
      on(source, "enough", function () { source.close(); wait = 300000; again(); });
      on(source, "error", function () { if (source.readyState === EventSource.CLOSED) again(); });
    }
    channel = new BroadcastChannel("deskd");
    on(channel, "message", function (event) { heard(event.data); });
    on(window, "load", function () {
      setTimeout(function () {
        navigator.locks.request("deskd-events", function () { connect(); return new Promise(function () {}); });
      }, 300);
    });
  })();

  /* Keyboard */
  function step(by) {
    var links = all(".tickets .c-subject a"), message = false;
    if (!links.length) { links = all(".talk > .msg > summary"); message = true; }
    if (!links.length) return;
    var row = doc.activeElement && doc.activeElement.closest(message ? ".msg" : "tr");
    var at = row ? links.findIndex(function (link) { return row.contains(link); }) : -1;
    var to = at < 0 ? (message && by < 0 ? links.length - 1 : 0) : at + by;
    if (to < 0 || to >= links.length) return;
    links[to].focus({ preventScroll: true });
    links[to].scrollIntoView({ block: "nearest" });
  }
  function write(kind) {
    var tab = doc.getElementById("write-" + kind), area = doc.getElementById(kind + "-text");
    if (!area) return false;
    if (tab) tab.checked = true;
    area.focus();
    return true;
  }
  function key(event) {
    switch (event.key) {
    case "j": step(1); break;
    case "k": step(-1); break;
    case "o": if (one(".tickets a:focus")) doc.activeElement.click(); else return; break;
    case "r": if (!write("answer")) return; break;
    case "n": if (!write("note")) return; break;
    case "/": var search = one(".top-search input"); if (!search) return; search.focus(); break;
    case "?": var help = doc.getElementById("keys"); if (!help || !help.togglePopover) return; help.togglePopover(); break;
    default:
      var link = /^[a-z]$/.test(event.key) && one('[data-key="' + event.key + '"]');
      if (!link) return;
      link.click();
    }
    event.preventDefault();
  }
  on(doc, "keydown", function (event) {
    var in_field = event.target.closest("input, select, textarea, [contenteditable]");
    if (event.key === "Escape") {
      var menu = one("details.menu[open]");
      closeMenus(null);
      if (menu) one("summary", menu).focus();
      else if (in_field) in_field.blur();
      return;
    }
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && in_field && in_field.form) {
      in_field.form.requestSubmit();
      event.preventDefault();
      return;
    }
    if (!in_field && !event.ctrlKey && !event.metaKey && !event.altKey) key(event);
  });

  /* A ticket opens at its newest message, unless the address names another. */
  if (one(".ticket") && !location.hash && matchMedia("(min-width: 641px)").matches) {
    var open_messages = all(".talk > .msg[open]");
    var alert = one(".composer [role=alert]");
    if (alert) alert.scrollIntoView({ block: "center" });
    else if (open_messages.length > 1) open_messages[open_messages.length - 1].scrollIntoView({ block: "nearest" });
  }
})();
