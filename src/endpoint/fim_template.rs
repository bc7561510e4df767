//! Prompts in a model's own format of fill-in-the-middle, for servers that take no suffix: the families, told from a
//! model's name, and what a user writes. The marks that the model knows are made harmless in the user's text.

use super::ContextForm;
use crate::masking::MaskedText;
use crate::model::Prompt;

/// Where a user's own template has the text before the cursor.
const PREFIX: &str = "{prefix}";

/// Where it has the text after it.
const SUFFIX: &str = "{suffix}";

/// How a server that may take a suffix is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum FimFormat {
    /// By prefix and suffix; in the format of the model's family once a suffix was refused.
    #[default]
    Suffix,
    /// In the format of the model's family.
    OfModel,
    /// In this one.
    Of(Template),
}

impl FimFormat {
    /// What `endpoint.fimTemplate` says.
    ///
    /// # Errors
    /// One sentence that says what to do, after the setting's name.
    pub fn parse(written: Option<&str>) -> Result<Self, String> {
        match written {
            None => Ok(Self::Suffix),
            Some("auto") => Ok(Self::OfModel),
            Some(written) => Template::parse(written).map(Self::Of).ok_or_else(|| {
                let names = names().collect::<Vec<_>>().join(", ");
                format!("is no template; write auto, one of {names}, or a text with {PREFIX} and {SUFFIX} once each")
            }),
        }
    }
}

/// How the prompt of one family of models is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// What stands before the first text, between the two and behind the second.
    around: [String; 3],
    /// The first text is the suffix.
    suffix_first: bool,
    /// What must not stand in the user's text: the model reads each of them as one token with a meaning of its own.
    marks: Vec<String>,
    /// What ends a reply, beside the model's own end.
    stop: Vec<String>,
    /// How excerpts of other files stand before the text.
    form: ContextForm,
}

/// A family of models.
struct Family {
    /// Its name in `endpoint.fimTemplate`.
    name: &'static str,
    /// Parts of the models' names, in lower case; the first family that has one is meant.
    models: &'static [&'static str],
    template: &'static str,
    /// Further tokens, beside those of the template.
    marks: &'static [&'static str],
    /// How excerpts of other files stand before the text.
    form: ContextForm,
}

/// The families. The formats are those of the models' own pages and papers; of Mistral's the tokenizer's.
const FAMILIES: [Family; 8] = [
    Family {
        name: "codestral",
        models: &["codestral"],
        template: "[SUFFIX]{suffix}[PREFIX]{prefix}",
        marks: &["[MIDDLE]", "[INST]", "[/INST]", "<s>", "</s>"],
        form: ContextForm::Codestral,
    },
    Family {
        name: "codegemma",
        models: &["codegemma"],
        template: "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        marks: &["<|file_separator|>", "<start_of_turn>", "<end_of_turn>", "<bos>", "<eos>"],
        form: ContextForm::Codestral,
    },
    Family {
        name: "starcoder",
        // Older Qwen, Stable Code and Granite's first models have its tokens.
        models: &[
            "starcoder",
            "codeqwen",
            "stable-code",
            "granite-code",
            "granite-3b-code",
            "granite-8b-code",
            "granite-20b-code",
            "granite-34b-code",
        ],
        template: "<fim_prefix>{prefix}<fim_suffix>{suffix}<fim_middle>",
        marks: &["<fim_pad>", "<file_sep>", "<repo_name>", "<reponame>", "<filename>", "<gh_stars>", "<|endoftext|>"],
        form: ContextForm::StarCoder,
    },
    Family {
        name: "qwen",
        models: &["qwen"],
        template: "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        marks: &["<|fim_pad|>", "<|repo_name|>", "<|file_sep|>", "<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        form: ContextForm::Qwen,
    },
    Family {
        name: "granite",
        models: &["granite"],
        template: "<|fim_prefix|>{prefix}<|fim_suffix|>{suffix}<|fim_middle|>",
        marks: &[
            "<|fim_pad|>",
            "<|filename|>",
            "<|reponame|>",
            "<|end_of_text|>",
            "<|start_of_role|>",
            "<|end_of_role|>",
        ],
        form: ContextForm::Codestral,
    },
    Family {
        name: "deepseek",
        models: &["deepseek"],
        template: "<｜fim▁begin｜>{prefix}<｜fim▁hole｜>{suffix}<｜fim▁end｜>",
        marks: &["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<|EOT|>", "<｜User｜>", "<｜Assistant｜>"],
        form: ContextForm::DeepSeek,
    },
    Family {
        name: "codellama",
        models: &["codellama", "code-llama"],
        template: "<PRE> {prefix} <SUF>{suffix} <MID>",
        marks: &["<EOT>", "<s>", "</s>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>"],
        form: ContextForm::Codestral,
    },
    Family {
        name: "seed-coder",
        models: &["seed-coder", "seedcoder"],
        template: "<[fim-suffix]>{suffix}<[fim-prefix]>{prefix}<[fim-middle]>",
        marks: &["<[begin▁of▁sentence]>", "<[end▁of▁sentence]>", "<[PAD▁TOKEN]>"],
        form: ContextForm::Codestral,
    },
];

/// The names of the families, as `endpoint.fimTemplate` takes them.
pub fn names() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().map(|family| family.name)
}

impl Template {
    /// The one of a model of that name, if its family is known.
    pub fn of_model(model: &str) -> Option<Self> {
        let model = model.to_lowercase();
        let family = FAMILIES.iter().find(|family| family.models.iter().any(|part| model.contains(part)))?;
        Self::of_family(family)
    }

    /// What a user wrote: a family's name, or a template with `{prefix}` and `{suffix}`.
    pub fn parse(written: &str) -> Option<Self> {
        match FAMILIES.iter().find(|family| family.name == written) {
            Some(family) => Self::of_family(family),
            None => Self::cut(written, &[]),
        }
    }

    /// The prompt with the marks made harmless, for a server that writes the format itself and reads them wherever they
    /// stand.
    pub fn harmless(&self, mut prompt: Prompt) -> Prompt {
        for text in prompt.texts_mut() {
            *text = text.breaking(&self.marks);
        }
        prompt
    }

    /// The prompt as the model's own format has it: all of it is the prefix, and the stop strings are set. Excerpts of
    /// other files come before all where the family has a token for files, else as text before the prefix.
    pub fn apply(&self, prompt: Prompt) -> Prompt {
        let mut prompt = self.harmless(prompt);
        let mut whole = MaskedText::default();
        if self.form.stands_outside() {
            whole = self.form.before(&prompt);
        } else {
            let mut before = self.form.before(&prompt);
            before.push(&prompt.prefix);
            prompt.prefix = before;
        }
        let (prefix, suffix) = (&prompt.prefix, &prompt.suffix);
        let texts = if self.suffix_first { [suffix, prefix] } else { [prefix, suffix] };
        let [before, between, behind] = &self.around;
        whole.push_format(before);
        whole.push(texts[0]);
        whole.push_format(between);
        whole.push(texts[1]);
        whole.push_format(behind);
        prompt.prefix = whole;
        prompt.suffix = "".into();
        prompt.others.clear();
        prompt.stop.extend(self.stop.iter().cloned());
        prompt
    }

    fn of_family(family: &Family) -> Option<Self> {
        Some(Self { form: family.form, ..Self::cut(family.template, family.marks)? })
    }

    fn cut(template: &str, further: &[&str]) -> Option<Self> {
        let (prefix, suffix) = (template.find(PREFIX)?, template.find(SUFFIX)?);
        let suffix_first = suffix < prefix;
        let (first, second) =
            if suffix_first { ((suffix, SUFFIX), (prefix, PREFIX)) } else { ((prefix, PREFIX), (suffix, SUFFIX)) };
        let around = [
            &template[..first.0],
            &template[first.0 + first.1.len()..second.0],
            &template[second.0 + second.1.len()..],
        ];
        if around.iter().any(|part| part.contains(PREFIX) || part.contains(SUFFIX)) {
            return None;
        }
        let own = around.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
        let mut marks: Vec<String> = own.map(str::to_owned).collect();
        marks.extend(further.iter().map(|&mark| mark.to_owned()));
        // What is a tag of HTML or of a prompt for chats may well stand in code that a model writes.
        let stop = marks.iter().filter(|mark| !is_markup(mark)).cloned().collect();
        Some(Self { around: around.map(str::to_owned), suffix_first, marks, stop, form: ContextForm::Codestral })
    }
}

/// Whether the mark may stand in code as what it looks like: `<s>` is HTML.
fn is_markup(mark: &str) -> bool {
    matches!(mark, "<s>" | "[INST]" | "[/INST]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::masking::{Masker, Placeholders, ValueSyntax};
    use crate::model::OtherFile;

    fn prompt(prefix: &str, suffix: &str) -> Prompt {
        let masked = |text: &str| {
            let masker = Masker::new(&[]);
            masker.mask(text, ValueSyntax::Prose).render(text, 0..text.len(), &mut Placeholders::default()).text
        };
        Prompt { prefix: masked(prefix), suffix: masked(suffix), stop: vec!["\n\n".into()], ..Prompt::default() }
    }

    /// How the model of that name is asked between "a" and "b".
    #[track_caller]
    fn check(model: &str, expected: &str) {
        let asked = Template::of_model(model).unwrap().apply(prompt("a", "b"));
        assert_eq!((&*asked.prefix, &*asked.suffix), (expected, ""), "{model}");
        assert_eq!(asked.stop[0], "\n\n");
    }

    #[test]
    fn each_family_is_asked_in_its_own_format() {
        check("codestral:22b-v0.1", "[SUFFIX]b[PREFIX]a");
        check("mistralai/Codestral-22B-v0.1", "[SUFFIX]b[PREFIX]a");
        for model in ["Qwen/Qwen2.5-Coder-7B", "qwen3-coder:30b"] {
            check(model, "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>");
        }
        for model in ["bigcode/starcoder2-3b", "CodeQwen1.5-7B", "stable-code:3b", "granite-8b-code-base"] {
            check(model, "<fim_prefix>a<fim_suffix>b<fim_middle>");
        }
        check("ibm-granite/granite-4.0-h-small", "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>");
        check("deepseek-coder:6.7b-base", "<｜fim▁begin｜>a<｜fim▁hole｜>b<｜fim▁end｜>");
        check("codellama:7b-code", "<PRE> a <SUF>b <MID>");
        check("ByteDance-Seed/Seed-Coder-8B-Base", "<[fim-suffix]>b<[fim-prefix]>a<[fim-middle]>");
        check("codegemma:2b", "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>");
        for stranger in ["llama3.1:8b", "gpt-4", ""] {
            assert_eq!(Template::of_model(stranger), None);
        }
    }

    /// A tokenizer that reads its special tokens wherever they stand sees just those of the template, in its order.
    #[test]
    fn nothing_of_the_users_text_reaches_a_model_as_a_token() {
        for family in &FAMILIES {
            let template = Template::of_family(family).unwrap();
            let tokens = |text: &str| {
                let mut found: Vec<(usize, &str)> =
                    template.marks.iter().flat_map(|mark| text.match_indices(mark.as_str())).collect();
                found.sort_unstable();
                found.into_iter().map(|(_, mark)| mark.to_owned()).collect::<Vec<_>>()
            };
            let expected = tokens(&template.apply(prompt("a", "b")).prefix);
            let hostile: String = template.marks.concat();
            // Also such as become a token when another one in them is broken.
            let nested: String =
                template.marks.iter().map(|mark| format!("{}{mark}{}", &mark[..1], &mark[1..])).collect();
            for text in [hostile.as_str(), &nested] {
                let asked = template.apply(prompt(text, text)).prefix;
                assert_eq!(tokens(&asked), expected, "{}: {asked}", family.name);
                let other = || OtherFile { path: prompt(text, "").prefix, text: prompt(text, "").prefix };
                let mut whole = Prompt { others: vec![other()], path: other().path, ..prompt(text, text) };
                whole = template.harmless(whole);
                assert!(whole.texts_mut().all(|text| tokens(text).is_empty()), "{}: {whole:?}", family.name);
            }
        }
    }

    #[test]
    fn excerpts_of_other_files_come_first_in_the_familys_way() {
        let other = OtherFile { path: "src/a.rs".into(), text: "<|fim_prefix|>A\n".into() };
        let asked = |family: &str| {
            let prompt = Prompt { others: vec![other.clone()], path: "own.rs".into(), ..prompt("a", "b") };
            let asked = Template::parse(family).unwrap().apply(prompt);
            assert!(asked.others.is_empty());
            asked.prefix.to_string()
        };
        assert_eq!(
            asked("qwen"),
            "<|repo_name|>project\n<|file_sep|>src/a.rs\n< |fim_prefix|>A\n<|file_sep|>own.rs\n\
             <|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>"
        );
        assert_eq!(asked("codestral"), "[SUFFIX]b[PREFIX]+++++ src/a.rs\n<|fim_prefix|>A\n\n+++++ own.rs\na");
    }

    #[test]
    fn text_without_marks_is_sent_as_it_is() {
        let text = "let a = [1, 2]; // <s and [/INST are no marks\n\té🦀";
        let asked = Template::parse("qwen").unwrap().apply(prompt(text, text));
        assert_eq!(&*asked.prefix, format!("<|fim_prefix|>{text}<|fim_suffix|>{text}<|fim_middle|>"));
    }

    #[test]
    fn a_users_template_is_used_and_its_marks_are_made_harmless() {
        let template = Template::parse("<A>{suffix}<B> {prefix}<C>").unwrap();
        let asked = template.apply(prompt("x<A>", "<C>y"));
        assert_eq!(&*asked.prefix, "<A>< C>y<B> x< A><C>");
        assert_eq!(asked.stop, ["\n\n", "<A>", "<B>", "<C>"]);
        assert_eq!(Template::parse("codestral"), Template::of_model("codestral"));
        for wrong in ["", "qwn", "{prefix}", "<A>{suffix}", "{prefix}{suffix}{prefix}"] {
            assert_eq!(Template::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_family_is_listed_by_its_name() {
        assert!(names().eq([
            "codestral",
            "codegemma",
            "starcoder",
            "qwen",
            "granite",
            "deepseek",
            "codellama",
            "seed-coder"
        ]));
    }
}
