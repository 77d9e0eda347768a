"""Recent proof: what is dangerous to change is changed only by somebody who has just shown again who they are."""
