"""Writes a model of random weights in the format of Llama: two blocks of 64 values, a vocabulary of the 256 bytes and
the tokens of fill-in-the-middle. What it says means nothing, and cuts characters in the middle.

    model.py FILE
"""

import sys

import gguf
import numpy

WIDTH, BLOCKS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 32768
SPECIAL = ["<|endoftext|>", "<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>", "<|repo_name|>", "<|file_sep|>"]


def byte_letters():
    """The letter by which byte-level vocabularies write each byte: itself, or one from 256 on where it is no letter."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in plain else chr(next(others)) for byte in range(256)]


def main(path):
    tokens = byte_letters() + SPECIAL
    types = [gguf.TokenType.NORMAL] * 256 + [gguf.TokenType.CONTROL] * len(SPECIAL)
    token = {name: 256 + at for at, name in enumerate(SPECIAL)}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(BLOCKS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    # One merge at least is wanted; it makes no token that is not there.
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(token["<|endoftext|>"])
    writer.add_eos_token_id(token["<|endoftext|>"])
    writer.add_add_bos_token(False)
    for kind, name in (("fim_pre", "prefix"), ("fim_suf", "suffix"), ("fim_mid", "middle")):
        writer.add_uint32(f"tokenizer.ggml.{kind}_token_id", token[f"<|fim_{name}|>"])
    writer.add_uint32("tokenizer.ggml.fim_rep_token_id", token["<|repo_name|>"])
    writer.add_uint32("tokenizer.ggml.fim_sep_token_id", token["<|file_sep|>"])
    writer.add_chat_template("{% for message in messages %}{{ message['content'] }}\n{% endfor %}")

    random = numpy.random.default_rng(7)

    def add(name, *shape):
        writer.add_tensor(name, (random.standard_normal(shape) * 0.4).astype(numpy.float32))

    def ones(name):
        writer.add_tensor(name, numpy.ones(WIDTH, dtype=numpy.float32))

    add("token_embd.weight", len(tokens), WIDTH)
    ones("output_norm.weight")
    add("output.weight", len(tokens), WIDTH)
    for block in range(BLOCKS):
        for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{block}.{part}.weight", WIDTH, WIDTH)
        for norm in ("attn_norm", "ffn_norm"):
            ones(f"blk.{block}.{norm}.weight")
        for part in ("ffn_gate", "ffn_up"):
            add(f"blk.{block}.{part}.weight", INNER, WIDTH)
        add(f"blk.{block}.ffn_down.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


main(sys.argv[1])
