use super::*;

#[test]
fn f28_after_a_reboot_the_checkpoint_is_not_believed() {
    let at = Some(Place { segment: 7, offset: 4_096 });
    assert_eq!(read("1 abc 7 4096\n", Some("abc")), at);
    assert_eq!(read("1 abc 7 4096\n", Some("other")), None);
    assert_eq!(read("1 abc 7 4096\n", None), None);
}

#[test]
fn a_torn_checkpoint_is_none() {
    for torn in ["", "1", "1 abc 7", "1 abc 7 40", "2 abc 7 4096\n", "1 abc 7 4096 9\n", "1 abc x 4096\n"] {
        assert_eq!(read(torn, Some("abc")), None, "{torn:?}");
    }
}

#[test]
fn it_comes_back_as_saved() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(folder.path()), START);
    let place = Place { segment: 3, offset: 99 };
    save(folder.path(), place).unwrap();
    assert_eq!(load(folder.path()), if boot_id().is_some() { place } else { START });
}
