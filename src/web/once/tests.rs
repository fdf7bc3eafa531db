use super::*;

const NOW: Timestamp = Timestamp(1_000_000_000);

fn mark(n: usize) -> Mark {
    Mark::of("/keys", &n.to_le_bytes())
}

#[tokio::test]
async fn a_form_on_its_way_is_known_after_a_thousand_others() {
    let sent = SentForms::default();
    let mut first = sent.sending(mark(0), NOW).lock_owned().await;
    for n in 1..=2 * MOST {
        *sent.sending(mark(n), NOW.plus(1)).lock_owned().await = Some("/keys/other".to_owned());
    }
    // Pressed again, it waits for what the first press makes.
    let again = sent.sending(mark(0), NOW.plus(2)).lock_owned();
    let made = async {
        *first = Some("/keys/1".to_owned());
        drop(first);
    };
    let (second, ()) = tokio::join!(again, made);
    assert_eq!(second.as_deref(), Some("/keys/1"));
    drop(second);
    assert!(sent.0.len() <= MOST);
}
