use askama::Template;
fn main() {
    let now = portico::base::Clock::default().now();
    let dir = std::path::Path::new("/tmp/pages");
    std::fs::create_dir_all(dir).unwrap();
    std::fs::write(dir.join("style.html"), portico::portal::style::StylePage::sample(now).render().unwrap()).unwrap();
    std::fs::write(dir.join("bare.html"), portico::portal::style::StyleBare::sample(now).render().unwrap()).unwrap();
}
