use std::collections::HashSet;

use futures_util::TryStreamExt;
use sea_orm::{EntityTrait, IntoActiveModel};

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
    let file = csv(world.db.clone(), Sight::Everything, Filter::default());
    let file: Vec<u8> = file.try_concat().await.unwrap();
    let mut reader = csv::Reader::from_reader(file.as_slice());
    assert_eq!(reader.headers().unwrap().len(), HEAD.len());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let agents: Vec<&str> = rows.iter().map(|row| &row[17]).collect();
    assert_eq!(agents, ["a,\"b\"\nc", "'=HYPERLINK(\"http://evil.test\")"]);
    assert_eq!((&rows[0][22], &rows[0][2]), ("0.000001200", "answered"));
}

#[actix_web::test]
async fn a_file_holds_every_call_however_many_there_are_and_no_piece_is_large() {
    const CALLS: usize = 51_300;
    let world = World::fresh().await;
    let ledger = world.ledger();
    let one = samples::begin();
    ledger.begin(&one).unwrap();
    ledger.end(&samples::end(&one));
    ledger.drain_once(&world.db).await.unwrap();
    let one = call::Entity::find().one(world.db.calls()).await.unwrap().unwrap();
    let more: Vec<_> = (1..CALLS).map(|_| call::Model { id: CallId::fresh(), ..one.clone() }).collect();
    for some in more.chunks(500) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        call::Entity::insert_many(rows).exec_without_returning(world.db.calls()).await.unwrap();
    }
    let mut pieces = Box::pin(csv(world.db.clone(), Sight::Everything, Filter::default()));
    let (mut ids, mut lines) = (HashSet::new(), 0);
    while let Some(piece) = pieces.try_next().await.unwrap() {
        let text = String::from_utf8(piece).unwrap();
        let rows = text.lines().filter(|line| !line.starts_with("id,"));
        let before = lines;
        for row in rows {
            ids.insert(row.split(',').next().unwrap().to_owned());
            lines += 1;
        }
        assert!(lines - before <= PAGE as usize, "{}", lines - before);
    }
    assert_eq!((ids.len(), lines), (CALLS, CALLS));
}
