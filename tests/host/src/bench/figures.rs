//! The figures of a run under their keys, `null` where one could not be measured.

use serde_json::{Map, Value, json};

/// Channel counts of the figures in microseconds a cook.
pub(super) const COOK_CHANNELS: [usize; 3] = [2, 8, 64];
/// Channel counts of `scale`.
pub(super) const SCALE_CHANNELS: [usize; 6] = [1, 2, 8, 64, 256, 1024];

/// Every figure, in the order of its key.
pub(super) struct Figures(Vec<(String, Option<f64>)>);

impl Default for Figures {
    fn default() -> Self {
        let mut keys = Vec::new();
        for group in ["execute_us", "memcpy_us", "listening_us", "armed_us"] {
            keys.extend(COOK_CHANNELS.map(|channels| format!("{group}.{channels}")));
        }
        keys.extend(["idle_us", "pass_through_us"].map(str::to_owned));
        for group in ["hound_inline_us", "libsndfile_inline_us"] {
            keys.extend(COOK_CHANNELS.map(|channels| format!("{group}.{channels}")));
        }
        for row in &super::cpu::ROWS {
            keys.extend(row.peers.iter().map(|peer| format!("cpu_ratio.{}.{}", row.key, peer.name())));
        }
        keys.extend(SCALE_CHANNELS.map(|channels| format!("scale.{channels}")));
        keys.extend(["nodes64_cpu_percent", "nodes64_lost"].map(str::to_owned));
        keys.extend(["idle", "recording2", "recording64"].map(|state| format!("memory_mib.{state}")));
        Self(keys.into_iter().map(|key| (key, None)).collect())
    }
}

impl Figures {
    /// # Panics
    /// When there is no such key.
    pub(super) fn set(&mut self, key: &str, figure: f64) {
        let (_, place) = self.0.iter_mut().find(|(name, _)| name == key).expect("every key is listed");
        *place = Some(figure);
    }

    pub(super) fn get(&self, key: &str) -> Option<f64> {
        self.0.iter().find(|(name, _)| name == key).and_then(|(_, figure)| *figure)
    }

    /// One object, with an object in it for each dot of a key.
    pub(super) fn to_json(&self) -> Value {
        let mut all = Map::new();
        for (key, figure) in &self.0 {
            let mut place = &mut all;
            let mut names = key.split('.').peekable();
            while let Some(name) = names.next() {
                if names.peek().is_none() {
                    place.insert(name.to_owned(), figure.map_or(Value::Null, |figure| json!(rounded(figure))));
                    break;
                }
                let inner = place.entry(name).or_insert_with(|| Value::Object(Map::new()));
                place = inner.as_object_mut().expect("no key is the beginning of another");
            }
        }
        Value::Object(all)
    }
}

/// Four significant digits: more of a measurement is noise.
fn rounded(figure: f64) -> f64 {
    format!("{figure:.3e}").parse().unwrap_or(figure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_should_be_in_the_object() {
        let mut figures = Figures::default();
        figures.set("cpu_ratio.mp3.lame", 0.987_654);
        let json = figures.to_json();
        for key in [
            "/execute_us/2",
            "/memcpy_us/64",
            "/listening_us/8",
            "/armed_us/64",
            "/idle_us",
            "/pass_through_us",
            "/hound_inline_us/8",
            "/libsndfile_inline_us/64",
            "/cpu_ratio/wav16/libsndfile",
            "/cpu_ratio/wav24/sox",
            "/cpu_ratio/aiff24/ffmpeg",
            "/cpu_ratio/mp3/ffmpeg",
            "/cpu_ratio/ogg/oggenc",
            "/cpu_ratio/flac24/flac",
            "/scale/1",
            "/scale/1024",
            "/nodes64_cpu_percent",
            "/nodes64_lost",
            "/memory_mib/idle",
            "/memory_mib/recording64",
        ] {
            assert_eq!(json.pointer(key), Some(&Value::Null), "{key}");
        }
        assert_eq!(json.pointer("/cpu_ratio/mp3/lame"), Some(&json!(0.9877)));
    }
}
