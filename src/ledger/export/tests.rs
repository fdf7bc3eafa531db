use super::*;
use crate::ledger::samples::{self, World};

#[test]
fn formulas_become_text() {
    for bad in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
        assert_eq!(safe(bad.to_owned()), format!("'{bad}"));
    }
    assert_eq!(safe("sk-ptc-Ab12".to_owned()), "sk-ptc-Ab12");
}

#[actix_web::test]
async fn a_file_has_a_head_and_a_line_for_each_call() {
    let world = World::fresh().await;
    let ledger = world.ledger();
    for agent in ["=HYPERLINK(\"http://evil.test\")", "a,\"b\"\nc"] {
        let mut call = samples::begin();
        call.who.agent = agent.to_owned();
        ledger.begin(&call).unwrap();
        ledger.end(&samples::end(&call));
    }
    ledger.drain_once(&world.db).await.unwrap();
    let file = csv(&world.db, &Sight::Everything, &Filter::default()).await.unwrap();
    let mut reader = csv::Reader::from_reader(file.as_slice());
    assert_eq!(reader.headers().unwrap().len(), HEAD.len());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let agents: Vec<&str> = rows.iter().map(|row| &row[17]).collect();
    assert_eq!(agents, ["a,\"b\"\nc", "'=HYPERLINK(\"http://evil.test\")"]);
    assert_eq!((&rows[0][22], &rows[0][2]), ("0.000001200", "answered"));
}
