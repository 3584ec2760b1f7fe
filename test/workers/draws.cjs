// Numbers of many kinds, of operators with a parameter for a generator and without one.
exports.draws = function draws(torch, count) {
  return Array.from({ length: count }, () => [
    torch.rand(1).item(), torch.randn(3).sum().item(), torch.dropout(torch.ones(20), 0.5, true).sum().item(), torch.randperm(4).tolist(),
    torch.empty(2).normal_().sum().item(), torch.randint(0, 9, [1]).item(), torch.rand_like(torch.ones(2)).sum().item(),
    torch.bernoulli(torch.full([4], 0.5)).sum().item(),
  ])
}
