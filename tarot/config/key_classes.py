"""What may change of a run that goes on: the class of every key, in one table.

- Identity keys make a run the run that it is: under another value it is another run.
- Extendable keys say how far it goes, and what is logged, saved and measured on the way.
- Machine keys say where and how it works, and what is done with it.

The table names every field of the trainer and of each node that has keys of several classes; a node
that is named stands for all that is in it, but for what is named itself. A key that is in no class
is taken for identity, and a test finds it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any


class KeyClass(StrEnum):
    """What a key of a run's config may do to the run."""

    IDENTITY = "identity"
    EXTENDABLE = "extendable"
    MACHINE = "machine"


ADDED: Mapping[str, Any] = {"schedule": {"lengths": None}}
"""Identity keys that runs of before don't have, with the value under which nothing is new.

There the sha leaves them out, so that a run of before keeps its own.
"""

_CLASSES = {
    KeyClass.IDENTITY: (
        """
        seed problems_per_step num_generations max_prompt_tokens filter filter_by model prompt data
        curriculum schedule.lengths reward grading lora cold_start dynamic_sampling probe
        hardware.dtype hardware.autocast
        """,
        """
        accelerator_config adam_beta1 adam_beta2 adam_epsilon auto_find_batch_size
        average_tokens_across_devices beta bf16 cache_implementation cast_lm_head_to_fp32
        chat_template_kwargs data_seed dataloader_drop_last dataloader_in_order delta
        disable_dropout entropy_coef entropy_coef_delta entropy_coef_max entropy_coef_min
        entropy_target epsilon epsilon_high fp16 full_determinism generation_batch_size
        generation_kwargs greater_is_better ignore_data_skip importance_sampling_level label_names
        label_smoothing_factor learning_rate length_column_name liger_kernel_config
        load_best_model_at_end loss_type lr_scheduler_kwargs lr_scheduler_type
        mask_truncated_completions max_completion_length max_grad_norm max_tool_calling_iterations
        metric_for_best_model min_p model_init_kwargs multi_objective_aggregation
        neftune_noise_alpha num_generations num_iterations off_policy_mask_threshold optim
        optim_args optim_target_modules pad_to_multiple_of ref_model_mixup_alpha
        ref_model_sync_steps remove_unused_columns repetition_penalty
        restore_callback_states_from_checkpoint reward_weights router_aux_loss_coef
        sapo_temperature_neg sapo_temperature_pos scale_rewards seed shuffle_dataset
        steps_per_generation sync_ref_model temperature tf32 top_entropy_quantile top_k top_p
        torch_compile torch_compile_backend torch_compile_mode train_sampling_strategy
        transformers_continuous_batching_config trust_remote_code use_adaptive_entropy
        use_bias_correction_kl use_cache use_liger_kernel use_transformers_continuous_batching
        use_transformers_paged vespo_k_neg vespo_k_pos vespo_lambda_neg vespo_lambda_pos
        vllm_importance_sampling_cap vllm_importance_sampling_clip_max
        vllm_importance_sampling_clip_min vllm_importance_sampling_correction
        vllm_importance_sampling_mode vllm_model_impl vllm_structured_outputs_regex warmup_steps
        weight_decay
        """,
    ),
    KeyClass.EXTENDABLE: (
        "evaluation eval",
        """
        max_steps num_train_epochs
        include_num_input_tokens_seen log_completions log_completions_hub_repo log_level
        log_level_replica log_multimodal log_on_each_node log_unique_prompts logging_first_step
        logging_nan_inf_filter logging_steps logging_strategy num_completions_to_print
        enable_jit_checkpoint save_on_each_node save_only_model save_steps save_strategy
        save_total_limit
        batch_eval_metrics bf16_full_eval do_eval do_predict eval_accumulation_steps eval_delay
        eval_do_concat_batches eval_on_start eval_steps eval_strategy eval_use_gather_object
        fp16_full_eval include_for_metrics num_generations_eval per_device_eval_batch_size
        prediction_loss_only
        """,
    ),
    KeyClass.MACHINE: (
        """
        name runs_dir run_dir sweeps_dir dry_run schedule.stretch sandbox launcher tracker hub rates
        model.architecture.context_length hardware.device hardware.nodes hardware.processes
        hardware.gpus hardware.gpu_memory_gb hardware.threads hardware.per_device_batch_size
        hardware.gradient_checkpointing hardware.sharding hardware.vllm
        """,
        """
        activation_checkpointing activation_checkpointing_kwargs dataloader_multiprocessing_context
        dataloader_num_workers dataloader_persistent_workers dataloader_pin_memory
        dataloader_prefetch_factor ddp_backend ddp_broadcast_buffers ddp_bucket_cap_mb
        ddp_find_unused_parameters ddp_static_graph ddp_timeout debug deepspeed disable_tqdm
        do_train ds3_gather_for_generation fsdp fsdp_config gradient_accumulation_steps
        gradient_checkpointing gradient_checkpointing_kwargs hub_always_push hub_model_id
        hub_private_repo hub_revision hub_strategy hub_token local_rank output_dir
        parallelism_config per_device_train_batch_size project push_to_hub report_to
        resume_from_checkpoint run_name skip_memory_metrics torch_empty_cache_steps
        trackio_bucket_id trackio_space_id trackio_static_space_id use_cpu use_vllm
        vllm_enable_sleep_mode vllm_gpu_memory_utilization vllm_group_port vllm_max_model_length
        vllm_mode vllm_server_base_url vllm_server_host vllm_server_port vllm_server_timeout
        vllm_tensor_parallel_size
        """,
    ),
}
_PLANNED = ("trainer.max_steps", "trainer.num_train_epochs", "evaluation")


def _entries() -> Iterator[tuple[str, KeyClass]]:
    for key_class, (keys, fields) in _CLASSES.items():
        yield from ((key, key_class) for key in keys.split())
        yield from ((f"trainer.{name}", key_class) for name in fields.split())


CLASSES: tuple[tuple[str, KeyClass], ...] = tuple(_entries())
"""The table: keys and whole nodes with their class, as they stand in it."""

_BY_KEY = dict(CLASSES)
_MIXED = {key[:end] for key in _BY_KEY for end, letter in enumerate(key) if letter == "."}


def entry_of(key: str) -> str | None:
    """The entry of the table that a dotted key falls under: itself, or the nearest node above."""
    while key and key not in _BY_KEY:
        key = key.rpartition(".")[0]
    return key or None


def class_of(key: str) -> KeyClass:
    """The class of a dotted key."""
    entry = entry_of(key)
    return KeyClass.IDENTITY if entry is None else _BY_KEY[entry]


def is_mixed(key: str) -> bool:
    """Whether a node has keys of its own in the table, so that its class is not that of all."""
    return key in _MIXED


def is_planned(key: str) -> bool:
    """Whether a key is extendable and part of what a run was planned to be, and its sha covers."""
    return any(key == planned or key.startswith(f"{planned}.") for planned in _PLANNED)


def is_hashed(key: str) -> bool:
    """Whether the sha of a run covers a dotted key."""
    return class_of(key) is KeyClass.IDENTITY or is_planned(key)
