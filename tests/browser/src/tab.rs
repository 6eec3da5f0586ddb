//! One page at a time.

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::chromium::{Chromium, Event};
use crate::form::Form;

/// What the browser tells of by itself.
const TOLD: [&str; 4] = ["Page.enable", "Network.enable", "Runtime.enable", "Log.enable"];

/// A browser's tab.
#[derive(Debug)]
pub struct Tab {
    chromium: Chromium,
}

impl Tab {
    /// The tab of a browser that was started for it.
    ///
    /// # Errors
    /// When the browser does not do as it is told.
    pub fn new(mut chromium: Chromium) -> Result<Self> {
        for domain in TOLD {
            chromium.call(domain, &json!({}))?;
        }
        // Each page is to be weighed with its style sheet, and focus is to show.
        chromium.call("Network.setCacheDisabled", &json!({"cacheDisabled": true}))?;
        chromium.call("Emulation.setFocusEmulationEnabled", &json!({"enabled": true}))?;
        Ok(Self { chromium })
    }

    /// Opens an address, and waits until everything that belongs to the page is there.
    ///
    /// # Errors
    /// When there is no page.
    pub fn open(&mut self, url: &str, form: Form) -> Result<()> {
        let screen = json!({
            "width": form.width, "height": form.height, "deviceScaleFactor": 1,
            "mobile": form.is_phone(),
        });
        let wishes = json!({"features": [
            {"name": "prefers-color-scheme", "value": form.colours},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.chromium.call("Emulation.setDeviceMetricsOverride", &screen)?;
        self.chromium.call("Emulation.setEmulatedMedia", &wishes)?;
        self.chromium.take_events();
        let answer = self.chromium.call("Page.navigate", &json!({"url": url}))?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("cannot open {url}: {error}");
        }
        self.chromium.wait_for("Page.loadEventFired")
    }

    /// What a JavaScript expression gives on the page, promises kept. The page's policy does not
    /// keep the tools of a developer from that.
    ///
    /// # Errors
    /// When it throws, or gives something else than expected.
    pub fn evaluate<T: DeserializeOwned>(&mut self, expression: &str) -> Result<T> {
        let question =
            json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let mut answer = self.chromium.call("Runtime.evaluate", &question)?;
        if let Some(thrown) = answer.get("exceptionDetails") {
            bail!("the page threw {}", thrown["exception"]["description"]);
        }
        serde_json::from_value(answer["result"]["value"].take()).context("not what was expected")
    }

    /// Presses a key so many times, and waits until the page has seen it.
    ///
    /// # Errors
    /// When the browser does not do as it is told.
    pub fn press(&mut self, key: Key, times: usize) -> Result<()> {
        let calls = (0..times).flat_map(|_| key.events());
        self.chromium.call_all(calls.map(|event| ("Input.dispatchKeyEvent", event)))
    }

    /// The whole page, as PNG.
    ///
    /// # Errors
    /// When the browser cannot draw it.
    pub fn screenshot(&mut self) -> Result<Vec<u8>> {
        let whole =
            json!({"format": "png", "captureBeyondViewport": true, "optimizeForSpeed": true});
        let metrics = self.chromium.call("Page.getLayoutMetrics", &json!({}))?;
        let mut question = whole;
        question["clip"] = json!({
            "x": 0, "y": 0, "scale": 1,
            "width": metrics["cssContentSize"]["width"],
            "height": metrics["cssContentSize"]["height"],
        });
        let answer = self.chromium.call("Page.captureScreenshot", &question)?;
        let image = answer["data"].as_str().context("a screenshot without an image")?;
        Ok(BASE64.decode(image)?)
    }

    /// What the browser has told of since the page was opened.
    pub fn take_events(&mut self) -> Vec<Event> {
        self.chromium.take_events()
    }
}

/// A key that is pressed.
#[derive(Debug, Clone, Copy)]
pub enum Key {
    /// To what can be used next.
    Tab,
    /// Use it.
    Enter,
}

impl Key {
    fn events(self) -> [Value; 2] {
        let (name, code, text) = match self {
            Self::Tab => ("Tab", 9, ""),
            Self::Enter => ("Enter", 13, "\r"),
        };
        ["keyDown", "keyUp"].map(|kind| {
            let text = if kind == "keyDown" { text } else { "" };
            json!({
                "type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code,
                "text": text,
            })
        })
    }
}
