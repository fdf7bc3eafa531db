//! What of the wire documents has a test, where they are there to be read: each recorded file, each feature
//! the recordings show, each row of the mapping to Messages, each quirk of the compatible vendors. What is
//! new in one of them fails here until a test, or a reason, names it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portico::wire::Quirks;

use super::exchange::{all, recorded, shared};

/// Kinds of calls that are recorded and not offered yet: chat and embeddings are.
const LATER_APIS: &[&str] = &[
    "responses",
    "completions",
    "models",
    "count_tokens",
    "native.chat",
    "rerank",
    "images",
    "generate_content",
    "embed_content",
    "batch_embed_contents",
    "predict",
    "token",
    "converse",
    "invoke",
    "tokenize",
    "sigv4",
    "frame",
    "sts",
];
/// Indexes of vendors whose format is not spoken yet.
const LATER_INDEXES: &[&str] = &["index-2.json", "index-3.json"];

/// Test, and the features of recordings it shows.
const FEATURES: &[(&str, &[&str])] = &[
    (
        "a_stream_passes_with_the_public_name_and_without_the_usage_nobody_asked_for",
        &[
            "arguments_object",
            "missing_tool_index",
            "tool_index_from_1",
            "annotations",
            "async_filter",
            "chunk_after_finish",
            "citations",
            "comment_lines",
            "content+tool_calls",
            "content_array_delta",
            "crlf",
            "done_sentinel",
            "duplicate_finish",
            "empty_arguments",
            "empty_choices",
            "empty_id",
            "empty_tool_id",
            "error.in_stream",
            "error:string",
            "error_after_finish",
            "field:reasoning",
            "field:reasoning_content",
            "field:reasoning_details",
            "finish.length",
            "finish:content_filter",
            "finish:eos_token",
            "finish:error",
            "finish:function_call",
            "finish:insufficient_system_resource",
            "finish:length",
            "finish:stop",
            "finish:tool_calls",
            "finish_empty_string",
            "finish_stop_with_tools",
            "foundry",
            "functions",
            "include_usage",
            "logprobs",
            "long",
            "message_in_chunk",
            "missing_delta",
            "missing_finish_reason_key",
            "missing_tool_type",
            "model_differs_from_request",
            "n>1",
            "native_finish_reason",
            "no_done",
            "no_final_newline",
            "no_finish_reason",
            "no_space_after_colon",
            "non_ascii",
            "obfuscation",
            "parallel_tools",
            "prompt_filter_results",
            "ratelimit_headers",
            "reasoning_effort",
            "refusal",
            "role.system",
            "role.tool",
            "stream",
            "temperature",
            "text",
            "text_beside_delta",
            "think_in_content",
            "think_no_open_tag",
            "think_tag_split",
            "think_unclosed",
            "third_party_model",
            "tool_calls",
            "tool_choice.any",
            "tool_id_9",
            "tool_index_repeated",
            "tools",
            "top_p",
            "truncated",
            "unicode",
            "usage:cached",
            "usage:cached_flat",
            "usage:cost",
            "usage:prompt_cache_hit_tokens",
            "usage:reasoning",
            "usage:x_groq",
            "usage_every_chunk",
            "usage_on_finish_chunk",
            "usage_without_asking",
            "vllm",
            "whole_tool_call_chunk",
            "wrong_content_type",
            "x_groq.error",
        ],
    ),
    (
        "a_stream_says_the_same_as_the_message_it_tells",
        &[
            "advisor",
            "cache_control",
            "cache_read",
            "citations_delta",
            "code_execution",
            "context_management",
            "delta:citations_delta",
            "delta:input_json_delta",
            "delta:signature_delta",
            "delta:text_delta",
            "delta:thinking_delta",
            "error_before_content",
            "event:content_block_delta",
            "event:content_block_start",
            "event:content_block_stop",
            "event:error",
            "event:message_delta",
            "event:message_start",
            "event:message_stop",
            "event:ping",
            "no_message_stop",
            "no_ping",
            "output_config.format",
            "part:document",
            "part:text",
            "ping",
            "prefill",
            "redacted_thinking",
            "server_tool",
            "signature_delta",
            "signature_only_thinking",
            "stop.stop_sequence",
            "stop:end_turn",
            "stop:max_tokens",
            "stop:stop_sequence",
            "stop:tool_use",
            "text+tool",
            "thinking",
            "unknown_block",
            "unknown_event",
            "web_search",
        ],
    ),
    (
        "a_whole_answer_passes_with_the_public_model_name",
        &[
            "audio_input",
            "audio_output",
            "base64",
            "base_resp",
            "batch",
            "byok",
            "cached_exceeds_prompt",
            "cached_tokens",
            "content_array",
            "content_filter_results",
            "data_uri",
            "dimensions",
            "embeddings",
            "error.content_filter",
            "error_in_200",
            "file",
            "finish.content_filter",
            "finish.function_call",
            "finish:sensitive",
            "float",
            "image_url",
            "int8",
            "leading_whitespace",
            "message.name",
            "missing_message",
            "null_choices",
            "null_fields",
            "part:file",
            "part:image_url",
            "part:input_audio",
            "pdf",
            "penalties",
            "prompt_cache_key",
            "reasoning_outside_completion",
            "reasoning_replay",
            "reasoning_tokens",
            "response_format.json_object",
            "response_format.json_schema",
            "role.developer",
            "seed",
            "service_tier",
            "status_suspect",
            "stream_request_json_answer",
            "thinking.disabled",
            "time_info",
            "token_ids",
            "tool_choice.function",
            "tools.custom",
            "top_logprobs",
            "vision",
            "web_search_options",
        ],
    ),
    (
        "a_whole_answer_says_the_same",
        &[
            "1h",
            "budget",
            "cache_write",
            "citations.char_location",
            "disable_parallel_tool_use",
            "document",
            "empty_content",
            "mcp",
            "output_config.effort",
            "output_tokens_details",
            "part:image",
            "part:search_result",
            "part:thinking",
            "part:tool_result",
            "part:tool_use",
            "retry-after-on-200",
            "search_result",
            "server_tool_error",
            "signature_replay",
            "stop.max_tokens",
            "stop:model_context_window_exceeded",
            "stop:pause_turn",
            "stop:refusal",
            "system.array",
            "tool_choice.none",
            "tool_choice.tool",
            "tool_result.image",
            "tool_result.is_error",
            "tool_search",
            "top_k",
            "url",
            "usage:cache_write",
            "web_fetch",
        ],
    ),
    (
        "every_error_has_a_code_that_fits_its_status",
        &[
            "bad_api_version",
            "capacity_exceeded",
            "content_filter",
            "context_length",
            "credit_balance",
            "error.400",
            "error.401",
            "error.402",
            "error.403",
            "error.404",
            "error.413",
            "error.422",
            "error.429",
            "error.498",
            "error.500",
            "error.502",
            "error.503",
            "error.504",
            "error.524",
            "error.529",
            "error.tool_use_failed",
            "error:code_number",
            "error:detail",
            "error:detail_list",
            "error:flat",
            "error:html",
            "error:list",
            "error:text",
            "insufficient_quota",
            "jailbreak",
            "loading",
            "model_not_found",
            "not_json",
            "overloaded",
            "retry-after",
            "retry-after-ms",
            "unknown_field_refused",
            "unsupported_parameter",
            "unsupported_value",
            "upstream_error",
        ],
    ),
];

/// Row of `anthropic.md` and the test that shows it, by section.
const ROWS: &[(&str, &[(&str, &str)])] = &[
    (
        "## 8",
        &[
            ("`model`", "the_smallest_request_has_what_is_required_there_and_nothing_else"),
            ("`max_completion_tokens` ?? `max_tokens`", "the_limit_is_the_callers_within_the_models"),
            ("`messages[system\\|developer]`, leading", "leading_system_texts_go_in_front"),
            ("same, later", "a_later_system_text_stays_where_it_stood"),
            ("user string / text part", "images_and_files_become_blocks"),
            ("`image_url` https", "images_and_files_become_blocks"),
            ("`image_url` data URI", "images_and_files_become_blocks"),
            ("`file` data URI pdf / text", "images_and_files_become_blocks"),
            ("`file.file_id`", "parts_that_cannot_be_carried_are_refused_by_their_place"),
            ("`input_audio`", "parts_that_cannot_be_carried_are_refused_by_their_place"),
            ("assistant text", "a_round_of_parallel_calls_is_one_turn_each"),
            ("assistant `refusal`", "a_refusal_and_a_name_are_carried_as_far_as_may_be"),
            ("assistant `tool_calls[]`", "a_round_of_parallel_calls_is_one_turn_each"),
            ("assistant `function_call`", "the_legacy_call_and_its_result_find_each_other"),
            (
                "assistant empty (no text, no calls)",
                "neighbors_of_one_role_merge_and_the_silent_are_left_out",
            ),
            (
                "assistant `reasoning_details` / `thinking_blocks` extension",
                "reasoning_is_replayed_only_when_signed",
            ),
            ("assistant `audio`", "parts_that_cannot_be_carried_are_refused_by_their_place"),
            ("role `tool` (run of them)", "a_round_of_parallel_calls_is_one_turn_each"),
            ("role `function`", "the_legacy_call_and_its_result_find_each_other"),
            ("`name` on a message", "a_refusal_and_a_name_are_carried_as_far_as_may_be"),
            ("last message assistant", "a_prefill_goes_where_it_is_taken"),
            ("`temperature`", "sampling_follows_what_the_model_takes"),
            ("`top_p`", "sampling_follows_what_the_model_takes"),
            ("`stop`", "users_tiers_and_stop_texts_are_carried"),
            ("`n`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
            ("`stream`, `stream_options`", "users_tiers_and_stop_texts_are_carried"),
            ("`tools[function]`", "tools_keep_their_schema_as_it_was_written"),
            ("`tools[custom]`", "tools_that_cannot_be_carried_are_refused"),
            ("`tool_choice` auto / none / required / named", "the_choice_among_tools_keeps_its_meaning"),
            ("`parallel_tool_calls:false`", "the_choice_among_tools_keeps_its_meaning"),
            ("`functions`, `function_call`", "the_choice_among_tools_keeps_its_meaning"),
            ("`response_format: json_schema`", "a_schema_becomes_a_tool_where_the_model_has_no_mode_for_it"),
            ("`json_object`", "an_answers_shape_is_kept_refused_or_hinted"),
            ("`reasoning_effort`", "effort_becomes_what_the_model_knows"),
            ("`verbosity`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
            ("`user`, `safety_identifier`", "users_tiers_and_stop_texts_are_carried"),
            (
                "`metadata`, `store`, `seed`, `prompt_cache_key`, `prompt_cache_options`, `service_tier`",
                "what_has_no_counterpart_is_named_refused_or_says_nothing",
            ),
            (
                "part-level `cache_control` (extension) or `prompt_cache_breakpoint`",
                "only_the_last_four_cache_marks_stay",
            ),
            (
                "`frequency_penalty`, `presence_penalty`",
                "what_has_no_counterpart_is_named_refused_or_says_nothing",
            ),
            ("`logit_bias`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
            ("`logprobs:true`, `top_logprobs`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
            ("`modalities` with audio, `audio`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
            ("`prediction`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
            ("`web_search_options`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
            ("`moderation`", "what_has_no_counterpart_is_named_refused_or_says_nothing"),
        ],
    ),
    (
        "## 9",
        &[
            ("`id`", "an_answer_becomes_the_completion_it_should"),
            ("`model`, now", "an_answer_becomes_the_completion_it_should"),
            ("`text` blocks", "a_whole_answer_says_the_same"),
            ("`text.citations`", "web_citations_come_with_the_place_of_their_text"),
            ("`thinking`", "a_whole_answer_says_the_same"),
            ("`redacted_thinking`", "a_whole_answer_says_the_same"),
            ("`tool_use`", "a_whole_answer_says_the_same"),
            ("`server_tool_use` and results", "an_answer_becomes_the_completion_it_should"),
            ("`stop_reason` end_turn, stop_sequence, pause_turn", "every_stop_reason_has_its_word"),
            ("`max_tokens`, `model_context_window_exceeded`", "every_stop_reason_has_its_word"),
            ("`refusal`", "every_stop_reason_has_its_word"),
            ("unknown", "every_stop_reason_has_its_word"),
            ("usage", "counts_are_corrected_and_never_added"),
            ("`system_fingerprint`", "an_answer_becomes_the_completion_it_should"),
            ("`service_tier`", "an_answer_becomes_the_completion_it_should"),
        ],
    ),
    (
        "## 10",
        &[
            ("`message_start`", "a_second_start_is_passed_over"),
            ("`content_block_start` text", "a_stream_becomes_the_chunks_it_should"),
            ("– tool_use", "calls_are_counted_among_calls_and_not_among_blocks"),
            ("– thinking, redacted", "a_stream_says_the_same_as_the_message_it_tells"),
            ("`text_delta`", "a_stream_says_the_same_as_the_message_it_tells"),
            ("`input_json_delta`", "a_stream_says_the_same_as_the_message_it_tells"),
            (
                "`content_block_stop` of a tool with no piece so far",
                "calls_are_counted_among_calls_and_not_among_blocks",
            ),
            ("`thinking_delta`", "a_stream_says_the_same_as_the_message_it_tells"),
            ("`citations_delta`", "web_citations_come_with_the_place_of_their_text"),
            ("`ping`", "a_stream_becomes_the_chunks_it_should"),
            ("`message_delta`", "counts_are_corrected_and_never_added"),
            ("`message_stop`", "usage_that_nobody_asked_for_is_not_sent_but_known"),
            ("`error`", "f06_an_error_event_is_told_with_what_came_before_it"),
            (
                "end without `message_stop`",
                "f05_a_stream_cut_after_any_event_is_an_interruption_and_never_a_clean_end",
            ),
        ],
    ),
];

/// Quirks that need no change of a request: test, and the flags it shows.
const READ: &[(&str, &[&str])] = &[
    (
        "usage_is_found_wherever_vendors_put_it",
        &[
            "usage_x_groq",
            "usage_in_choice",
            "usage_flat_cached",
            "usage_prompt_cache_hit",
            "usage_reasoning_outside",
            "usage_reasoning_missing",
            "usage_zero",
            "usage_every_chunk",
        ],
    ),
    ("calls_are_numbered_by_their_rank", &["missing_tool_index", "tool_index_from_1"]),
    ("a_call_has_a_type_and_arguments_that_are_text", &["arguments_object"]),
    ("thoughts_among_the_parts_stand_beside_the_text", &["thinking_chunks", "reasoning_in_content_array"]),
    ("the_usage_chunk_is_for_those_who_asked", &["usage_without_asking", "empty_choices_chunk"]),
    (
        "a_stream_passes_with_the_public_name_and_without_the_usage_nobody_asked_for",
        &[
            "model_echo_differs",
            "whole_tool_call",
            "finish_missing_key",
            "finish_never",
            "no_done",
            "comment_keepalive",
            "annotations",
            "reasoning_content",
        ],
    ),
    (
        "a_whole_answer_passes_with_the_public_model_name",
        &["blank_keepalive", "null_choices", "error_in_200", "base_resp"],
    ),
    ("f06_a_stream_that_breaks_gives_its_good_events_and_then_a_fault", &["error_event"]),
    ("words_of_the_end_are_those_of_the_format", &["finish_odd"]),
    (
        "every_error_has_a_code_that_fits_its_status",
        &[
            "error_string",
            "error_flat",
            "error_detail",
            "error_list",
            "error_code_number",
            "error_own",
            "error_text",
            "error_wrong_content_type",
            "error_user_id",
            "status_400_for_key",
            "status_402",
            "status_408",
            "status_422",
            "status_424",
            "status_498",
            "status_503",
        ],
    ),
    (
        "a_request_reaches_the_vendor_as_it_was_but_for_the_closed_list_of_edits",
        &["unknown_fields_ignored", "extra_sampling", "provider_routing", "cache_control_ok"],
    ),
];

/// Flags of what is no matter of a body: addresses, time, limits, lists of models.
const NOT_WIRE: &[&str] = &[
    "retry_after_s",
    "retry_after_none",
    "retry_after_on_200",
    "ratelimit_openai",
    "ratelimit_mistral",
    "ratelimit_cerebras",
    "ratelimit_own",
    "ratelimit_none",
    "concurrency_limit",
    "path_override",
    "host_template",
    "token_exchange",
    "extra_headers_app",
    "prompt_cache_headers",
    "no_model_list",
    "huge_model_list",
    "no_chat",
    "not_compatible",
    "model_load_slow",
    "model_name_ignored",
    "quirks_of_backend",
    "tight_limits",
    "unknown_endpoint_200",
    "tool_flag_needed",
    "rerank_own_shape",
];

/// Flags that do nothing yet: the vendor's answer passes as it came, or its refusal is told.
const LATER_QUIRKS: &[&str] = &[
    "strict_alternation",
    "unknown_fields_refused", // `only:` does it for those whose fields are known.
    "response_format_ignored",
    "chat_template_kwargs",
    "replay_as_tags",
    "stream_only_models",
    "reasoning",
    "reasoning_details",
    "think_in_content",
    "citations_top",
    "search_results",
    "base64_int8_embeddings",
    "extra_content_signature",
    "empty_tool_id",
    "tool_index_repeated",
    "finish_stop_with_tools",
    "id_empty",
    "extra_fields",
    "finish_duplicate",
    "message_in_chunk",
    "diffusing_replaces",
    "usage_on_finish_chunk",
    "usage_cost",
];

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Names of all tests of the wire, its neighbors here among them.
fn tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut folders = vec![home().join("src/wire"), home().join("tests/it/conformance")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let after = text.split("#[test]").skip(1).filter_map(|rest| rest.split_once("fn "));
            names.extend(after.filter_map(|(_, rest)| Some(rest.split_once('(')?.0.to_owned())));
        }
    }
    names
}

fn document(name: &str) -> Option<String> {
    std::fs::read_to_string(shared(home()).join("wire").join(name)).ok()
}

#[test]
fn every_test_that_is_named_here_exists() {
    let tests = tests();
    let rows = ROWS.iter().flat_map(|(_, rows)| rows.iter().map(|(_, test)| *test));
    let others = FEATURES.iter().chain(READ).map(|(test, _)| *test);
    let missing: Vec<&str> = rows.chain(others).filter(|test| !tests.contains(*test)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_row_of_the_mapping_has_a_test() {
    let Some(text) = document("anthropic.md") else { return };
    for (section, rows) in ROWS {
        let (_, rest) = text.split_once(&format!("\n{section} ")).expect(section);
        let rest = rest.split("\n## ").next().unwrap();
        let lines = rest.lines().filter_map(|line| line.strip_prefix("| "));
        let firsts: BTreeSet<&str> =
            lines.skip(1).filter_map(|line| Some(line.split_once(" | ")?.0)).collect();
        let named: BTreeSet<&str> = rows.iter().map(|(row, _)| *row).collect();
        assert_eq!(firsts, named, "{section} of anthropic.md");
    }
}

#[test]
fn every_quirk_acts_is_read_or_has_a_reason() {
    let Some(text) = document("compatible-vendors.json") else { return };
    let vendors: serde_json::Value = serde_json::from_str(&text).unwrap();
    let flags: Vec<&String> = vendors["quirk_flags"].as_object().unwrap().keys().collect();
    assert!(flags.len() > 100);
    for flag in flags {
        let acts = Quirks::of([flag.as_str()]) != Quirks::default();
        let read = READ.iter().flat_map(|(_, flags)| flags.iter()).any(|known| known == flag);
        let reason = NOT_WIRE.contains(&flag.as_str()) || LATER_QUIRKS.contains(&flag.as_str());
        let ways = [acts, read, reason].into_iter().filter(|way| *way).count();
        assert_eq!(ways, 1, "{flag}: acts {acts}, read {read}, reason {reason}");
    }
}

#[test]
fn every_feature_of_a_recording_is_named() {
    let named: BTreeSet<&str> = FEATURES.iter().flat_map(|(_, features)| features.iter().copied()).collect();
    for exchange in all() {
        for feature in &exchange.features {
            assert!(named.contains(feature.as_str()), "{}: {feature}", exchange.name);
        }
    }
}

/// A file nobody reads would look like a test that passes.
#[test]
fn every_recorded_file_is_exercised_or_waits_for_its_format() {
    let root = shared(home()).join("wire/recorded");
    if !root.exists() {
        return;
    }
    let mut known: BTreeSet<PathBuf> = BTreeSet::new();
    for exchange in all() {
        let is_tested = exchange.status == 200 || exchange.status >= 400;
        assert!(is_tested, "{}: no test takes status {}", exchange.name, exchange.status);
        known.extend(exchange.paths());
    }
    for index in ["index-1.json", "index-4.json"].iter().chain(LATER_INDEXES) {
        for exchange in recorded(&root, index) {
            let later = LATER_APIS.contains(&exchange.api.as_str()) || LATER_INDEXES.contains(index);
            assert!(later || known.is_superset(&exchange.paths().into_iter().collect()), "{}", exchange.name);
            known.extend(exchange.paths());
        }
    }
    let (mut folders, mut files) = (vec![root.clone()], 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            files += 1;
            let is_index = path.parent() == Some(&root);
            assert!(is_index || known.contains(&path), "{} is in no index", path.display());
        }
    }
    assert!(files > 300);
}
