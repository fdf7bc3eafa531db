//! Enums whose variants are stored and sent as one stable word each.

/// Makes an enum from rows of `Variant "word" "label";` with its words, labels, and the
/// conversions a database column needs.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident $word:literal $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
            /// The word stored and sent.
            pub fn word(self) -> &'static str { match self { $(Self::$variant => $word,)+ } }
            /// The words for people.
            pub fn label(self) -> &'static str { match self { $(Self::$variant => $label,)+ } }
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$variant),)+ _ => None } }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.word()) }
        }

        impl From<$name> for sea_orm::Value {
            fn from(value: $name) -> Self { value.word().into() }
        }

        impl sea_orm::TryGetable for $name {
            fn try_get_by<I: sea_orm::ColIdx>(row: &sea_orm::QueryResult, at: I) -> Result<Self, sea_orm::TryGetError> {
                let word = <String as sea_orm::TryGetable>::try_get_by(row, at)?;
                Self::parse(&word).ok_or_else(|| {
                    sea_orm::TryGetError::DbErr(sea_orm::DbErr::Type(format!("{word:?} is no {}", stringify!($name))))
                })
            }
        }

        impl sea_orm::sea_query::ValueType for $name {
            fn try_from(value: sea_orm::Value) -> Result<Self, sea_orm::sea_query::ValueTypeErr> {
                let word = <String as sea_orm::sea_query::ValueType>::try_from(value)?;
                Self::parse(&word).ok_or(sea_orm::sea_query::ValueTypeErr)
            }
            fn type_name() -> String { stringify!($name).to_owned() }
            fn array_type() -> sea_orm::sea_query::ArrayType { sea_orm::sea_query::ArrayType::String }
            fn column_type() -> sea_orm::sea_query::ColumnType {
                sea_orm::sea_query::ColumnType::String(sea_orm::sea_query::StringLen::None)
            }
        }

        impl sea_orm::sea_query::Nullable for $name {
            fn null() -> sea_orm::Value { <String as sea_orm::sea_query::Nullable>::null() }
        }
    };
}
pub(crate) use words;
