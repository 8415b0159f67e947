#!/bin/bash

# Parameters
#SBATCH --account=lab
#SBATCH --constraint=h100
#SBATCH --cpus-per-task=64
#SBATCH --error=FOLDER/runs/r/submitit/%j_0_log.err
#SBATCH --gpus-per-node=8
#SBATCH --job-name=r
#SBATCH --mem=900GB
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --open-mode=append
#SBATCH --output=FOLDER/runs/r/submitit/%j_0_log.out
#SBATCH --partition=big
#SBATCH --qos=high
#SBATCH --requeue
#SBATCH --signal=USR2@600
#SBATCH --time=1440
#SBATCH --wckey=submitit

# setup
module load cuda

# command
export SUBMITIT_EXECUTOR=slurm
srun --unbuffered --output FOLDER/runs/r/submitit/%j_%t_log.out --error FOLDER/runs/r/submitit/%j_%t_log.err --cpus-per-task=64 --kill-on-bad-exit=1 PYTHON -u -m submitit.core._submit FOLDER/runs/r/submitit

# each node starts:
# accelerate launch --config_file runs/r/accelerate-0.yaml --machine_rank 0 --main_process_ip FIRST_NODE --main_process_port PORT -m tarot.training runs/r
