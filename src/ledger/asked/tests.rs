use super::*;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

#[test]
fn an_empty_query_filters_nothing() {
    let filters = Asked::default();
    assert_eq!(filters.read(NOW).unwrap(), (Filter::default(), None));
}

#[test]
fn b47_what_cannot_be_read_is_named() {
    let bad = [
        Asked { range: "1y".into(), ..Asked::default() },
        Asked { app: "1 OR 1=1".into(), ..Asked::default() },
        Asked { status: "9xx".into(), ..Asked::default() },
        Asked { code: "nope".into(), ..Asked::default() },
        Asked { from: "2026-13-01".into(), ..Asked::default() },
        Asked { before: "-1".into(), ..Asked::default() },
        Asked { model: "m".repeat(201), ..Asked::default() },
    ];
    for (filters, name) in bad.into_iter().zip(["range", "app", "status", "code", "from", "before", "model"])
    {
        let error = filters.read(NOW).unwrap_err();
        assert_eq!((error.code(), error.param()), (Code::FieldInvalid, Some(name)));
    }
}

#[test]
fn a_day_is_whole_and_a_time_is_itself() {
    let read = |from: &str, to: &str| {
        let asked = Asked { from: from.into(), to: to.into(), ..Asked::default() };
        let filter = asked.read(NOW).unwrap().0;
        (filter.from.unwrap(), filter.to.unwrap())
    };
    let (from, to) = read("2027-01-15", "2027-01-15");
    assert_eq!(to.since(from), DAY - 1);
    let noon = Timestamp(from.0 + DAY / 2);
    assert_eq!(read("2027-01-15T12:00:00Z", "2027-01-15T13:00:00+01:00"), (noon, noon));
}

#[test]
fn the_later_start_counts() {
    let both = Asked { range: "24h".into(), from: "1999-01-01".into(), ..Asked::default() };
    assert_eq!(both.read(NOW).unwrap().0.from, Some(NOW.minus(DAY)));
}
