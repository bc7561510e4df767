//! Sessions in which a name is replaced: which of its other uses may follow.

use super::*;

#[test]
fn a_renamed_variable_is_renamed_further() {
    let text = "fn f() {\n    let count = 1;\n    use_it();\n    show(count);\n}\n";
    Person::new("rust", &[text])
        .types(0, "count", 0, "total")
        .check(0, "fn f() {\n    let total = 1;\n    use_it();\n    show(total);\n}\n");
}

#[test]
fn a_renaming_ends_where_another_definition_begins() {
    let function =
        |name: &str, item: &str| format!("fn {name}() {{\n    let {item} = 1;\n    a();\n    show({item});\n}}\n\n");
    let text = function("one", "item") + &function("two", "item");
    let renamed = function("one", "count") + &function("two", "item");
    let mut person = Person::new("rust", &[&text]).types(0, "item", 0, "count");
    assert!(person.outcomes().contains(&(0, renamed.clone())));
    assert!(person.outcomes().iter().all(|(_, text)| !text.contains("let item = 1;\n    a();\n    show(count)")));
    // As soon as that definition is renamed as well, so are its uses.
    let person = person.types(0, "item", 0, "count").types(0, "item", 0, "count");
    person.check(0, &(function("one", "count") + &function("two", "count")));
}

#[test]
fn a_renaming_goes_on_behind_a_further_assignment_where_nothing_is_declared() {
    let text = "def f():\n    item = 1\n    a()\n    item = item + 1\n    b()\n    show(item)\n\ndef g():\n    item = 1\n    show(item)\n";
    let mut person = Person::new("python", &[text]).types(0, "item", 0, "count");
    let outcomes = person.outcomes();
    assert!(outcomes.iter().any(|(_, text)| text.contains("b()\n    show(count)")), "{outcomes:#?}");
    assert!(outcomes.iter().all(|(_, text)| !text.contains("item = 1\n    show(count)")), "{outcomes:#?}");
}

#[test]
fn all_uses_of_what_was_renamed_are_places_of_it() {
    let check = |language: &str, text: &str, old: &str, which: usize, new: &str| {
        let mut person = Person::new(language, &[text]).types(0, old, which, new);
        // On adjoining lines they are one edit.
        let known: HashSet<usize> = person.offered().iter().flat_map(|one| one.lines.clone()).collect();
        let after = person.texts[0].1.to_string();
        let left: Vec<usize> =
            (0..).zip(after.lines()).filter(|(_, line)| line.contains(old)).map(|one| one.0).collect();
        assert!(left.iter().all(|line| known.contains(line)), "{language}: {left:?} are left, known are {known:?}");
    };
    let rust = "fn f() {\n    let item = 1;\n    a();\n    let r = &mut item;\n    b();\n    if check(item) {\n        \
                show(item);\n    }\n}\n";
    check("rust", rust, "item", 0, "count");
    // One use first: the definition and the others may follow.
    check("rust", rust, "item", 2, "count");
    let python =
        "def f(item):\n    a()\n    if check(item):\n        b()\n        with item:\n            show(item)\n";
    check("python", python, "item", 0, "count");
    let java = "class A {\n    private Item one;\n\n    Item two(Item three, int n) {\n        a();\n        return \
                new Item(three);\n    }\n\n    void f(Item four) {\n        show(Item.of(four));\n    }\n}\n";
    check("java", java, "Item", 0, "Thing");
    let go = "func f(a Item) {\n\tb()\n\tshow(Item{})\n}\n\nfunc g(c Item) {\n\tb()\n\tshow(Item{})\n}\n";
    check("go", go, "Item", 0, "Thing");
}

#[test]
fn names_in_strings_and_comments_stay_and_so_do_longer_ones() {
    let text = "let count = 1;\n\nlet s = \"count\"; // count\nlet counts = 1;\n";
    let mut person = Person::new("rust", &[text]).types(0, "count", 0, "total");
    assert!(person.outcomes().iter().all(|(_, text)| text.contains("\"count\"; // count")));
}

#[test]
fn a_renaming_goes_on_in_other_texts() {
    Person::new("go", &["load(1)\n\n", "x\n\nload(2)\n"]).types(0, "load", 0, "fetch").check(1, "x\n\nfetch(2)\n");
}

#[test]
fn a_part_of_a_name_is_renamed_in_other_names() {
    let text = "user_count = 1\n\n\nx = user_name\n";
    Person::new("python", &[text])
        .types(0, "user_count", 0, "member_count")
        .check(0, "member_count = 1\n\n\nx = member_name\n");
}

#[test]
fn what_is_renamed_back_is_not_renamed_there_again() {
    let text = "let a1 = 1;\n\nshow(a1);\n";
    Person::new("rust", &[text])
        .types(0, "a1", 0, "b1")
        .types(0, "a1", 0, "b1")
        .types(0, "show", 0, "print")
        .check_not(0, "let a1 = 1;\n\nprint(b1);\n");
}

#[test]
fn a_name_is_renamed_on_the_next_line_too() {
    // Histories have changed lines that adjoin as one change; a person types them one by one.
    let text = "fn f(list: &[u32]) {\n    let count = list.len();\n    log(count);\n    other();\n    other();\n    show(count);\n}\n";
    let mut person = Person::new("rust", &[text]).types(0, "count", 0, "total");
    let offered = person.offered();
    let confidence = |line: usize| offered.iter().find(|one| one.lines.start == line).unwrap().confidence;
    assert!(confidence(2) > confidence(5) / 2.0, "{offered:#?}");
}
