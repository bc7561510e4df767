//! An hour of typing in which nothing is ever accepted.

use super::*;

/// Between two keys.
const KEY: Duration = Duration::from_millis(150);

/// Before each line.
const THOUGHT: Duration = Duration::from_secs(24);

/// Lines in the hour, at half a minute each.
const LINES: usize = 120;

/// Lines that are judged together.
const PART: usize = LINES / 8;

/// What a part of the hour came to: keys at whose end the right text was on screen, and requests.
#[derive(Debug, Default)]
struct Service {
    right: usize,
    keys: usize,
    asked: usize,
}

impl Bench {
    /// Types a line key by key, as an editor that cancels; the model says what will be typed, or something else.
    async fn type_line(&mut self, number: usize, service: &mut Service) {
        let name = ["alpha", "gamma", "delta", "omega"][number % 4];
        let line = format!("    let {name}_{number} = compute({name}, {});\n", number * 7);
        let is_guessed = !number.is_multiple_of(3);
        let asked = self.asked();
        time::sleep(THOUGHT).await;
        for at in 0..line.len() {
            let rest = &line[at..];
            let said = if is_guessed { rest.to_owned() } else { format!("other_{number}({at});\n") };
            *self.script.reply.lock().unwrap() = Some(Ok(said));
            let mut query = self.start().await;
            time::sleep(KEY).await;
            let shown = (&mut query).now_or_never().and_then(|answer| answer.unwrap().ok());
            service.right += usize::from(shown.is_some_and(|shown| rest.starts_with(&shown.text)));
            service.keys += 1;
            // The key comes first, then what it makes the editor take back.
            self.type_text(&line[at..=at]);
            query.abort();
        }
        service.asked += self.asked() - asked;
    }
}

#[tokio::test(start_paused = true)]
async fn who_never_accepts_gets_the_same_service_after_an_hour() {
    let mut bench = Bench::new("fn main() {\n<cursor>}\n", None);
    let mut parts: Vec<Service> = vec![];
    for number in 0..LINES {
        if number % PART == 0 {
            parts.push(Service::default());
        }
        bench.type_line(number, parts.last_mut().unwrap()).await;
    }
    let share = |part: &Service| part.right as f64 / part.keys as f64;
    let (first, last) = (&parts[1], parts.last().unwrap());
    assert!(share(first) > 0.5, "{parts:?}");
    assert!((share(first) - share(last)).abs() < 0.02, "{parts:?}");
    assert!((first.asked as f64 / last.asked as f64 - 1.0).abs() < 0.1, "{parts:?}");
}
