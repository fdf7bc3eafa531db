use super::*;

fn html(text: &str) -> String {
    Markdown::of(text).to_string()
}

#[test]
fn b42_no_html_of_the_writer_comes_through() {
    for text in [
        "<script>alert(1)</script>",
        "a <img src=x onerror=alert(1)> b",
        "<div onclick=\"x\">\n\nhello\n\n</div>",
        "`<script>`",
        "```\n<script>\n```",
        "<svg/onload=alert(1)>",
    ] {
        let out = html(text);
        assert!(!out.contains("<script") && !out.contains("<img") && !out.contains("<div"), "{out}");
        assert!(!out.contains("<svg"), "{out}");
    }
}

#[test]
fn links_lead_to_the_web_and_to_mail_alone() {
    for bad in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//evil.example.com",
        "/\\\\evil.example.com",
        "&#106;avascript:alert(1)",
    ] {
        assert!(
            html(&format!("[x]({bad})")).contains("href=\"#\""),
            "{bad}: {}",
            html(&format!("[x]({bad})"))
        );
    }
    for good in ["https://example.com/a", "mailto:a@example.com", "/catalogue", "#models"] {
        assert!(html(&format!("[x]({good})")).contains(&format!("href=\"{good}\"")), "{good}");
    }
    assert!(html("![a picture](https://example.com/x.png)").contains("<a href"), "pictures become links");
}

#[test]
fn headings_stay_below_the_title_of_the_page() {
    assert_eq!(html("# One\n\n## Two"), "<h2>One</h2>\n<h2>Two</h2>\n");
}

#[test]
fn a_block_of_code_can_be_scrolled_by_keyboard() {
    let out = html("before\n\n```sh\ncurl a && b <c>\n```\n\n    indented\n");
    assert!(out.contains("<pre tabindex=\"0\"><code>curl a &amp;&amp; b &lt;c&gt;\n</code></pre>"), "{out}");
    assert_eq!(out.matches("<pre").count(), out.matches("<pre tabindex=\"0\">").count(), "{out}");
}
