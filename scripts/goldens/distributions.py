"""Prints what Python's torch.distributions gives for the cases of test/distributions, as JSON.

    python scripts/goldens/distributions.py > test/fixtures/distributions.json

Needs torch only. Each case is Python source, which the test evaluates with torch-ts.
"""
import json
import warnings

import torch
import torch.distributions as D

warnings.simplefilter('ignore')
torch.set_num_threads(1)

C = 'torch.tensor([[2., 0.5], [0.5, 1.]])'  # a covariance
P2 = 'P([0.5, 1.5])'
# What to make; each after its own seed, with P for parameters whose gradients are looked at.
MAKE = [
    'D.Bernoulli(P([0.3, 0.8]))', 'D.Bernoulli(logits=P([0.3, -0.8]))', 'D.Bernoulli(0.25)', 'D.Bernoulli(torch.tensor([0., 0.5, 1.]))',
    f'D.Beta({P2}, P([2., 3.]))', 'D.Beta(0.5, 2.)',
    'D.Binomial(10, P([0.3, 0.8]))', 'D.Binomial(torch.tensor([3., 5.]), logits=P([0.3, -0.8]))', 'D.Binomial(4, torch.tensor(0.5))',
    'D.Categorical(P([[0.2, 0.3, 0.5], [1., 1., 2.]]))', 'D.Categorical(logits=P([0.1, 0.2, 0.3, 0.4]))',
    'D.Cauchy(P([0., 1.]), P([1., 2.]))', 'D.Cauchy(0., 1.)',
    'D.Chi2(P([1., 3.]))', 'D.Chi2(2.)',
    'D.ContinuousBernoulli(P([0.3, 0.8, 0.5]))', 'D.ContinuousBernoulli(logits=P([0.3, -0.8]))', 'D.ContinuousBernoulli(0.5, lims=(0.4, 0.6))',
    'D.Dirichlet(P([0.5, 1.5, 3.]))', 'D.Dirichlet(P([[0.5, 0.5], [3., 2.]]))',
    'D.Exponential(P([0.5, 1.5]))', 'D.Exponential(2.)', 'D.Exponential(P64([0.5, 1.5]))',
    'D.FisherSnedecor(P([3., 5.]), P([5., 3.]))', 'D.FisherSnedecor(2., 5.)',
    f'D.Gamma({P2}, P([2., 3.]))', 'D.Gamma(1., 2.)', 'D.Gamma(P64([0.5, 1.5]), 2.)',
    'D.GeneralizedPareto(P([0., 1., 2.]), P([1., 2., 0.5]), P([0.2, 0., -0.5]))', 'D.GeneralizedPareto(0., 1., 0.7)',
    'D.Geometric(P([0.3, 0.8]))', 'D.Geometric(logits=P([0.3, -0.8]))', 'D.Geometric(1.)',
    'D.Gumbel(P([0., 1.]), P([1., 2.]))', 'D.Gumbel(0.5, 2.)',
    'D.HalfCauchy(P([1., 2.]))', 'D.HalfCauchy(0.5)', 'D.HalfNormal(P([1., 2.]))', 'D.HalfNormal(0.5)',
    'D.Independent(D.Normal(P([[0., 1.], [2., 3.]]), 1.), 1)', 'D.Independent(D.Bernoulli(P([0.3, 0.8])), 0)',
    'D.InverseGamma(P([1.5, 2.5]), P([2., 3.]))', 'D.InverseGamma(1., 1.)',
    'D.Kumaraswamy(P([0.5, 1.5]), P([2., 3.]))', 'D.Kumaraswamy(2., 3.)',
    'D.LKJCholesky(3, 0.5)', 'D.LKJCholesky(2, P([1., 2.]))',
    'D.Laplace(P([0., 1.]), P([1., 2.]))', 'D.Laplace(0., 1.)',
    'D.LogNormal(P([0., 1.]), P([0.5, 1.]))', 'D.LogNormal(0., 1.)',
    'D.LogisticNormal(P([0., 1.]), P([0.5, 1.]))', 'D.LogisticNormal(0., 1.)',
    'D.LowRankMultivariateNormal(P([0., 1.]), P([[1.], [0.5]]), P([1., 2.]))',
    'D.LowRankMultivariateNormal(torch.zeros(2, 3), torch.ones(3, 2), P([1., 2., 3.]))',
    'D.MixtureSameFamily(D.Categorical(P([0.3, 0.7])), D.Normal(P([0., 2.]), P([1., 0.5])))',
    'D.MixtureSameFamily(D.Categorical(torch.tensor([[0.3, 0.7], [0.5, 0.5]])), D.Independent(D.Normal(torch.zeros(2, 2, 3), 1.), 1))',
    'D.Multinomial(5, P([0.2, 0.3, 0.5]))', 'D.Multinomial(3, logits=P([[0.1, 0.2], [1., 0.]]))',
    f'D.MultivariateNormal(P([0., 1.]), {C})', f'D.MultivariateNormal(torch.zeros(3, 2), precision_matrix={C})',
    'D.MultivariateNormal(P([0., 1.]), scale_tril=P([[1., 0.], [0.5, 2.]]))',
    'D.NegativeBinomial(P([5., 2.]), P([0.3, 0.6]))', 'D.NegativeBinomial(3, logits=P([0.3, -0.6]))',
    'D.Normal(P([0., 1.]), P([1., 2.]))', 'D.Normal(0., 1.)', 'D.Normal(P64([0., 1.]), 2.)', 'D.Normal(P([[0.], [1.]]), P([1., 2.]))',
    'D.OneHotCategorical(P([0.2, 0.3, 0.5]))', 'D.OneHotCategorical(logits=P([[0.1, 0.2], [1., 0.]]))',
    'D.OneHotCategoricalStraightThrough(P([0.2, 0.3, 0.5]))',
    'D.Pareto(P([1., 2.]), P([1.5, 3.]))', 'D.Pareto(1., 0.5)',
    'D.Poisson(P([0.5, 4.]))', 'D.Poisson(3.)',
    'D.RelaxedBernoulli(P(0.7), P([0.3, 0.8]))', 'D.RelaxedBernoulli(torch.tensor([0.5]), logits=P([0.3, -0.8]))',
    'D.RelaxedOneHotCategorical(P(0.7), P([0.2, 0.3, 0.5]))', 'D.RelaxedOneHotCategorical(torch.tensor(0.5), logits=P([[0.1, 0.2], [1., 0.]]))',
    'D.relaxed_bernoulli.LogitRelaxedBernoulli(P(0.7), P([0.3, 0.8]))',
    'D.relaxed_categorical.ExpRelaxedCategorical(P(0.7), P([0.2, 0.3, 0.5]))',
    'D.StudentT(P([3., 1.5, 0.5]))', 'D.StudentT(P([3., 4.]), P([0., 1.]), P([1., 2.]))', 'D.StudentT(5.)',
    'D.TransformedDistribution(D.Normal(P([0., 1.]), 1.), [D.AffineTransform(1., P([2., -1.])), D.SigmoidTransform()])',
    'D.TransformedDistribution(D.Uniform(P([0., 1.]), 3.), [])', 'D.TransformedDistribution(D.Normal(torch.zeros(3, 2), 1.), D.StickBreakingTransform())',
    'D.TransformedDistribution(D.Uniform(0., 1.), [D.SigmoidTransform().inv, D.AffineTransform(loc=P([1.]), scale=2.)])',
    'D.Uniform(P([0., 1.]), P([1., 3.]))', 'D.Uniform(-1., 1.)',
    'D.VonMises(P([0., 1.]), P([1., 4.]))', 'D.VonMises(0.5, 2.)', 'D.VonMises(torch.zeros(2), torch.tensor([0.000001, 30.]))',
    'D.Weibull(P([1., 2.]), P([0.5, 1.5]))', 'D.Weibull(1., 2.)',
    f'D.Wishart(P([3., 4.]), {C})', f'D.Wishart(3., precision_matrix={C})', 'D.Wishart(torch.tensor(4.), scale_tril=P([[1., 0.], [0.5, 2.]]))',
]

# An instance of each class that has KL divergences, and another of the same class.
KL = {
    'Bernoulli': ['D.Bernoulli(torch.tensor([0.3, 1., 0.]))', 'D.Bernoulli(torch.tensor([0.5, 0.2, 0.1]))'],
    'Beta': ['D.Beta(torch.tensor([0.5, 1.5, 2.]), 2.)', 'D.Beta(torch.tensor([1.5, 2., 1.]), 1.)'],
    'Binomial': ['D.Binomial(5, torch.tensor([0.3, 0.6, 0.5]))', 'D.Binomial(torch.tensor([5., 4., 5.]), torch.tensor([0.5, 0.2, 0.1]))'],
    'Categorical': ['D.Categorical(torch.tensor([[0.2, 0.8], [0., 1.]]))', 'D.Categorical(torch.tensor([[0.5, 0.5], [0.3, 0.7]]))'],
    'Cauchy': ['D.Cauchy(torch.tensor([0., 1.]), 1.)', 'D.Cauchy(0.5, torch.tensor([2., 3.]))'],
    'ContinuousBernoulli': ['D.ContinuousBernoulli(torch.tensor([0.3, 0.5, 0.9]))', 'D.ContinuousBernoulli(torch.tensor([0.5, 0.2, 0.1]))'],
    'Dirichlet': ['D.Dirichlet(torch.tensor([[0.5, 1.5], [2., 3.]]))', 'D.Dirichlet(torch.tensor([1., 2.]))'],
    'Exponential': ['D.Exponential(torch.tensor([0.5, 1.5, 3.]))', 'D.Exponential(torch.tensor([1., 2., 1.]))'],
    'Gamma': ['D.Gamma(torch.tensor([0.5, 1.5, 3.]), 2.)', 'D.Gamma(torch.tensor([1., 2., 1.]), 0.5)'],
    'Geometric': ['D.Geometric(torch.tensor([0.3, 0.6]))', 'D.Geometric(torch.tensor([0.5, 0.2]))'],
    'Gumbel': ['D.Gumbel(torch.tensor([0., 1., 2.]), 2.)', 'D.Gumbel(torch.tensor([1., 2., 1.]), 0.5)'],
    'HalfNormal': ['D.HalfNormal(torch.tensor([0.5, 1.]))', 'D.HalfNormal(torch.tensor([1., 2.]))'],
    'Independent': ['D.Independent(D.Normal(torch.zeros(2, 3), 1.), 1)', 'D.Independent(D.Normal(torch.ones(2, 3), 2.), 1)'],
    'Laplace': ['D.Laplace(torch.tensor([0., 1., 2.]), 2.)', 'D.Laplace(torch.tensor([1., 2., 1.]), 0.5)'],
    'LowRankMultivariateNormal': ['D.LowRankMultivariateNormal(torch.tensor([0., 1.]), torch.tensor([[1.], [0.5]]), torch.tensor([1., 2.]))',
                                  'D.LowRankMultivariateNormal(torch.zeros(3, 2), torch.tensor([[1., 0.], [0.5, 1.]]), torch.tensor([2., 1.]))'],
    'MultivariateNormal': [f'D.MultivariateNormal(torch.tensor([0., 1.]), {C})',
                           'D.MultivariateNormal(torch.zeros(3, 2), scale_tril=torch.tensor([[1., 0.], [0.5, 2.]]))'],
    'Normal': ['D.Normal(torch.tensor([0., 1., 2.]), 2.)', 'D.Normal(torch.tensor([1., 2., 1.]), 0.5)'],
    'OneHotCategorical': ['D.OneHotCategorical(torch.tensor([0.2, 0.8]))', 'D.OneHotCategorical(torch.tensor([0.5, 0.5]))'],
    'Pareto': ['D.Pareto(torch.tensor([1., 2., 0.5]), torch.tensor([0.5, 1.5, 3.]))', 'D.Pareto(torch.tensor([0.5, 3., 0.5]), 2.)'],
    'Poisson': ['D.Poisson(torch.tensor([0.5, 1.5, 3.]))', 'D.Poisson(torch.tensor([1., 2., 1.]))'],
    'TransformedDistribution': ['D.LogNormal(torch.tensor([0., 1.]), 1.)', 'D.LogNormal(torch.tensor([0.5, 2.]), 2.)'],
    'Uniform': ['D.Uniform(torch.tensor([0.1, -1., 0.5]), torch.tensor([0.9, 2., 0.7]))', 'D.Uniform(torch.tensor([0., -2., 0.]), torch.tensor([1., 3., 0.6]))'],
    'ExponentialFamily': [f'D.Wishart(3., {C})', f'D.Wishart(4., precision_matrix={C})'],
}
OTHER_KL = [
    'D.kl_divergence(D.Chi2(torch.tensor([3., 4.])), D.Gamma(1., 2.))', 'D.kl_divergence(D.Normal(0., 1.), D.Cauchy(0., 1.))',
    'D.kl_divergence(D.Dirichlet(torch.ones(2)), D.Normal(0., 1.))', 'D.kl_divergence(D.Binomial(3, torch.tensor(0.5)), D.Binomial(4, torch.tensor(0.5)))',
    'D.kl_divergence(D.LogNormal(0., 1.), D.HalfNormal(1.))', 'D.kl_divergence(D.Independent(D.Normal(torch.zeros(2), 1.), 1), D.Independent(D.Normal(torch.zeros(2), 1.), 0))',
    'D.kl_divergence(D.MultivariateNormal(torch.zeros(2), torch.eye(2)), D.MultivariateNormal(torch.zeros(3), torch.eye(3)))',
    'D.kl_divergence(D.Weibull(1., 2.), D.Weibull(2., 2.))', 'D.kl_divergence(D.Gumbel(torch.zeros(2), 1.), D.Weibull(1., 1.))',
    'D.kl_divergence(D.OneHotCategoricalStraightThrough(torch.tensor([0.5, 0.5])), D.OneHotCategorical(torch.tensor([0.2, 0.8])))',
    'D.kl_divergence(D.TransformedDistribution(D.Normal(0., 1.), [D.AffineTransform(1., 2.)]), D.TransformedDistribution(D.Normal(1., 1.), [D.AffineTransform(1., 2.)]))',
    'D.kl_divergence(D.VonMises(0., 1.), D.VonMises(0., 1.))',
]

X = 'torch.tensor([[-1.5, 0.2, 2.], [0.5, -0.3, 1.]])'
POSITIVE = 'torch.tensor([[0.5, 0.2, 2.], [1.5, 3., 1.]])'
SQUARE = 'torch.tensor([[0.5, 0.2], [1.5, -1.]])'
# Transforms, and a value of their domain.
TRANSFORMS = [
    ('D.ExpTransform()', X), ('D.PowerTransform(torch.tensor(2.))', POSITIVE), ('D.PowerTransform(exponent=0.5)', POSITIVE), ('D.SigmoidTransform()', X),
    ('D.SoftplusTransform()', X), ('D.TanhTransform()', X), ('D.AbsTransform()', X), ('D.AffineTransform(1., 2.)', X),
    ('D.AffineTransform(torch.tensor([0., 1., 2.]), torch.tensor([1., -2., 3.]))', X), ('D.AffineTransform(1., torch.tensor([1., -2., 3.]), event_dim=1)', X),
    ('D.AffineTransform(1., -2., 1)', X),
    ('D.CorrCholeskyTransform()', X), ('D.SoftmaxTransform()', X), ('D.StickBreakingTransform()', X), ('D.LowerCholeskyTransform()', SQUARE),
    ('D.PositiveDefiniteTransform()', SQUARE), ('D.CumulativeDistributionTransform(D.Normal(0., 1.))', X), ('D.identity_transform', X),
    ('D.ComposeTransform([D.AffineTransform(1., 2.), D.ExpTransform()])', X), ('D.ComposeTransform([D.ExpTransform(), D.StickBreakingTransform()])', X),
    ('D.ComposeTransform([])', X), ('D.IndependentTransform(D.ExpTransform(), 1)', X), ('D.ReshapeTransform((3,), (3, 1))', X),
    ('D.CatTransform([D.ExpTransform(), D.AffineTransform(1., 2.)], dim=1, lengths=[1, 2])', X),
    ('D.CatTransform([D.ExpTransform(), D.TanhTransform()])', X), ('D.StackTransform([D.ExpTransform(), D.SigmoidTransform()])', X),
    ('D.StackTransform([D.ExpTransform(), D.SigmoidTransform(), D.TanhTransform()], 1)', X),
    ('D.biject_to(D.constraints.simplex)', X), ('D.transform_to(D.constraints.simplex)', X), ('D.biject_to(D.constraints.positive)', X),
    ('D.biject_to(D.constraints.interval(-1.5, 2.5))', X), ('D.biject_to(D.constraints.unit_interval)', X), ('D.transform_to(D.constraints.less_than(3.))', X),
    ('D.transform_to(D.constraints.greater_than(torch.tensor([0., 1., 2.])))', X), ('D.biject_to(D.constraints.corr_cholesky)', X),
    ('D.transform_to(D.constraints.lower_cholesky)', SQUARE), ('D.transform_to(D.constraints.positive_definite)', SQUARE),
    ('D.biject_to(D.constraints.real_vector)', X), ('D.transform_to(D.constraints.half_open_interval(torch.zeros(3), 2.))', X),
    ('D.biject_to(D.constraints.independent(D.constraints.positive, 1))', X),
    ('D.biject_to(D.constraints.cat([D.constraints.positive, D.constraints.real], 1, [2, 1]))', X),
    ('D.transform_to(D.constraints.stack([D.constraints.positive, D.constraints.unit_interval], 0))', X),
    ('D.biject_to(D.Gamma(torch.ones(2), 1.).support)', X), ('D.transform_to(D.Uniform(torch.zeros(3), 2.).support)', X),
]
ABOUT_TRANSFORM = ['repr(t)', 't(x)', 't.inv(t(x))', 't.log_abs_det_jacobian(x, t(x))', 't.inv.log_abs_det_jacobian(t(x), x)', 'list(t.forward_shape(x.shape))',
                   'list(t.inverse_shape(t(x).shape))', 't.bijective', 't.event_dim', 'repr(t.domain)', 'repr(t.codomain)', 't.sign', 'repr(t.inv)',
                   't.with_cache().inv(t.with_cache()(x))', 'same(t, t.with_cache(1))', 'same(t.inv, t.inv)', 't.domain.check(x)', 't.codomain.check(t(x))',
                   't.domain.event_dim', 't.codomain.event_dim', 't.domain.is_discrete']

M = 'torch.tensor([[[1., 0.], [0.5, 2.]], [[1., 0.5], [0.5, 1.]], [[-1., 0.], [0., 2.]]])'
CHECKED = [(f'D.constraints.{name}', value) for name, value in [
    ('boolean', POSITIVE), ('one_hot', 'torch.tensor([[0., 1.], [1., 1.]])'), ('nonnegative_integer', X), ('positive_integer', POSITIVE),
    ('integer_interval(0, 2)', POSITIVE), ('real', 'torch.tensor([1., float("nan")])'), ('real_vector', 'torch.tensor([1., float("nan")])'),
    ('positive', X), ('nonnegative', X), ('greater_than(0.5)', X), ('greater_than_eq(torch.tensor([0.2, 0.2, 2.]))', X), ('less_than(0.5)', X),
    ('multinomial(3)', 'torch.tensor([[1., 2.], [2., 2.]])'), ('unit_interval', X), ('interval(-0.5, 0.5)', X), ('half_open_interval(-1.5, 0.5)', X),
    ('simplex', 'torch.tensor([[0.5, 0.5], [0.5, 0.6], [-0.5, 1.5]])'), ('lower_triangular', M), ('lower_cholesky', M), ('corr_cholesky', M), ('square', M),
    ('symmetric', M), ('positive_semidefinite', M), ('positive_definite', M), ('cat([D.constraints.positive, D.constraints.real], 1, [2, 1])', X),
    ('stack([D.constraints.positive, D.constraints.boolean], 0)', X), ('independent(D.constraints.positive, 1)', X),
    ('MixtureSameFamilyConstraint(D.constraints.positive)', X), ('dependent', X), ('square', 'torch.zeros(2, 3)'),
    ('independent(D.constraints.positive, 3)', X), ('cat([D.constraints.real], 2)', X), ('stack([D.constraints.real], -3)', X),
]]
ABOUT_CONSTRAINT = ['repr(c)', 'c.check(x)', 'c.event_dim', 'c.is_discrete', 'D.constraints.is_dependent(c)']

OTHER = [
    # messages
    'D.Normal(torch.tensor([0., float("nan")]), 1.)', 'D.Normal(0., -1.)', 'D.Normal(torch.zeros(2), torch.tensor([1., -1.]))', 'D.Normal(0., 0., validate_args=False)',
    'D.Normal(0., 1.).log_prob(torch.tensor(float("nan")))', 'D.Normal(torch.zeros(3), 1.).log_prob(torch.zeros(2))', 'D.Normal("a", 1.)',
    'D.Normal(0., 1.).log_prob(1.)', 'D.Dirichlet(torch.ones(3)).log_prob(torch.ones(2) / 2)', 'D.Dirichlet(torch.tensor(1.))',
    'D.Bernoulli()', 'D.Bernoulli(0.5, 0.5)', 'D.Bernoulli(1.5)', 'D.Bernoulli(0.5).log_prob(torch.tensor(0.5))', 'D.Binomial(2.5, torch.tensor(0.5))',
    'D.Binomial(3, torch.tensor(0.5)).log_prob(torch.tensor(4.))', 'D.Binomial(torch.tensor([3., 4.]), torch.tensor(0.5)).entropy()',
    'D.Binomial(torch.tensor([3., 4.]), torch.tensor(0.5)).enumerate_support()', 'D.Categorical(torch.tensor(1.))', 'D.Categorical(logits=torch.tensor(1.))',
    'D.Categorical()', 'D.Categorical(torch.ones(2)).log_prob(torch.tensor(2))', 'D.Categorical(torch.tensor([-1., 3.]))', 'D.Beta(0., 1.)',
    'D.ContinuousBernoulli(1.5, validate_args=True)', 'D.ContinuousBernoulli(0.5).log_prob(torch.tensor(2.))', 'D.Geometric(0.)', 'D.Geometric(torch.tensor([0.5, 0.]))',
    'D.Geometric(0.5).log_prob(torch.tensor(1.5))', 'D.Uniform(1., 0.)', 'D.Uniform(torch.tensor([0., 2.]), 1.)', 'D.Uniform(0., 1.).log_prob(torch.tensor([0.5, 2.]))',
    'D.Independent(D.Normal(0., 1.), 1)', 'D.Independent(D.Bernoulli(torch.ones(2) / 2), 1).enumerate_support()', 'D.LKJCholesky(1)', 'D.LKJCholesky(2, -1.)',
    'D.LKJCholesky(2).log_prob(torch.eye(2) * 2)', 'D.LowRankMultivariateNormal(torch.tensor(0.), torch.ones(1, 1), torch.ones(1))',
    'D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2), torch.ones(2))', 'D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(3, 1), torch.ones(2))',
    'D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(3))', 'D.LowRankMultivariateNormal(torch.zeros(3, 2), torch.ones(4, 2, 1), torch.ones(2))',
    'D.MixtureSameFamily(D.Normal(0., 1.), D.Normal(0., 1.))', 'D.MixtureSameFamily(D.Categorical(torch.ones(2)), 1)',
    'D.MixtureSameFamily(D.Categorical(torch.ones(3)), D.Normal(torch.zeros(2), 1.))',
    'D.MixtureSameFamily(D.Categorical(torch.ones(3, 2)), D.Normal(torch.zeros(4, 2), 1.))', 'D.Multinomial(2.5, torch.ones(2))',
    'D.Multinomial(2, torch.ones(2)).log_prob(torch.tensor([2., 2.]))', 'D.MultivariateNormal(torch.tensor(0.), torch.eye(2))', 'D.MultivariateNormal(torch.zeros(2))',
    'D.MultivariateNormal(torch.zeros(2), torch.eye(2), torch.eye(2))', 'D.MultivariateNormal(torch.zeros(2), torch.ones(2))',
    'D.MultivariateNormal(torch.zeros(2), scale_tril=torch.ones(2))', 'D.MultivariateNormal(torch.zeros(2), precision_matrix=torch.ones(2))',
    'D.MultivariateNormal(torch.zeros(2), -torch.eye(2))', 'D.MultivariateNormal(torch.zeros(2), scale_tril=torch.ones(2, 2))',
    'D.NegativeBinomial(1, torch.tensor(1.))', 'D.NegativeBinomial(1)', 'D.NegativeBinomial(-1, torch.tensor(0.5))', 'D.OneHotCategorical(torch.ones(2)).log_prob(torch.ones(2))',
    'D.Pareto(1., 1.).log_prob(torch.tensor(0.5))', 'D.Poisson(-1.)', 'D.Poisson(1.).entropy()', 'D.RelaxedBernoulli(torch.tensor(1.))',
    'D.RelaxedBernoulli(torch.tensor(1.), 0.5).log_prob(torch.tensor(2.))', 'D.RelaxedBernoulli(torch.tensor(1.), 0.5).mode', 'D.Multinomial(2, torch.ones(2)).mode',
    'D.LKJCholesky(2).mode', 'D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.Normal(torch.zeros(2), 1.)).mode', 'D.StudentT(-1.)',
    'D.TransformedDistribution(D.Normal(0., 1.), [1])', 'D.TransformedDistribution(D.Normal(0., 1.), "a")', 'D.TransformedDistribution(D.Normal(0., 1.), D.StickBreakingTransform())',
    'D.VonMises(0., -1.)', 'D.Weibull(1., -1.)', 'D.Wishart(3.)', 'D.Wishart(0.5, torch.eye(2))', 'D.Wishart(3., torch.ones(2))', 'D.Wishart(3., -torch.eye(2))',
    'D.Distribution().mean', 'D.Distribution().mode', 'D.Distribution(torch.Size([2]), validate_args=False).sample()', 'D.Distribution(validate_args=False).expand((2,))',
    'D.Distribution.set_default_validate_args("a")', 'D.Transform(2)', 'D.Transform()(torch.ones(1))', 'D.CatTransform([D.ExpTransform()], lengths=[1, 2])',
    'D.CatTransform([1])', 'D.CatTransform([D.ExpTransform()], 1)(torch.ones(2))', 'D.CatTransform([D.ExpTransform()])(torch.ones(2))',
    'D.StackTransform([D.ExpTransform()])(torch.ones(2))', 'D.StackTransform([D.ExpTransform()], 3)(torch.ones(2))', 'D.ReshapeTransform((2,), (3,))',
    'D.ReshapeTransform((2,), (2, 1)).forward_shape((3,))', 'D.ReshapeTransform((2, 3), (6,)).forward_shape((3,))', 'D.StickBreakingTransform().forward_shape(())',
    'D.CorrCholeskyTransform().forward_shape((2,))', 'D.CorrCholeskyTransform().inverse_shape((2, 3))', 'D.CorrCholeskyTransform()(torch.ones(2))',
    'D.biject_to(D.constraints.boolean)', 'D.transform_to(D.constraints.dependent)', 'D.biject_to.register(1, 2)', 'D.constraints.Constraint().check(torch.ones(1))',
    'D.constraints.independent(1, 1)', 'D.constraints.independent(D.constraints.real, -1)', 'D.constraints.cat([1])', 'D.constraints.cat([D.constraints.real], lengths=[1, 2])',
    'D.constraints.dependent(is_discrete=True).is_discrete', 'D.constraints.dependent(is_discrete=True).event_dim', 'D.constraints.is_dependent(D.constraints.dependent(event_dim=1))',
    'D.constraints.interval(lower_bound=0.5, upper_bound=1.5)', 'D.constraints.stack(cseq=[D.constraints.positive], dim=1).dim', 'D.constraints.dependent.is_discrete', 'D.constraints.dependent.event_dim', 'D.constraints.dependent_property(is_discrete=True).is_discrete',
    # batches that broadcast, edges of supports, dtypes
    'D.MultivariateNormal(torch.zeros(2, 3, 2), torch.eye(2).expand(3, 2, 2) * 2).log_prob(torch.ones(4, 2, 3, 2))',
    'D.MultivariateNormal(torch.zeros(3, 2), torch.stack([torch.eye(2), torch.eye(2) * 2, torch.eye(2) * 3])).log_prob(torch.arange(12.).view(2, 3, 2))',
    'D.MultivariateNormal(torch.zeros(2), torch.stack([torch.eye(2), torch.eye(2) * 2])).expand((3, 2)).log_prob(torch.ones(2))',
    'D.MultivariateNormal(torch.zeros(2), torch.stack([torch.eye(2), torch.eye(2) * 2])).expand((3, 2)).covariance_matrix',
    'D.MultivariateNormal(torch.zeros(2), torch.stack([torch.eye(2), torch.eye(2) * 2])).expand((3, 2)).variance',
    'D.MultivariateNormal(torch.zeros(2), torch.stack([torch.eye(2), torch.eye(2) * 2])).expand((3, 2)).entropy()',
    'D.MultivariateNormal(torch.zeros(2, 1, 2), scale_tril=torch.eye(2).expand(1, 3, 2, 2)).rsample((2,))',
    'D.LowRankMultivariateNormal(torch.zeros(2, 3), torch.ones(2, 3, 1), torch.ones(3)).expand((4, 2)).log_prob(torch.ones(4, 2, 3))',
    'D.LowRankMultivariateNormal(torch.zeros(2, 3), torch.ones(2, 3, 1), torch.ones(3)).expand((4, 2)).rsample((5,))',
    'D.Independent(D.MultivariateNormal(torch.zeros(3, 2), torch.eye(2)), 1).log_prob(torch.ones(2, 3, 2))',
    'D.Independent(D.MultivariateNormal(torch.zeros(3, 2), torch.eye(2)), 1).entropy()',
    'repr(D.Independent(D.MultivariateNormal(torch.zeros(3, 2), torch.eye(2)), 1))',
    'D.Independent(D.Normal(torch.zeros(4, 3, 2), 1.), 2).expand((5, 4)).sample((2,)).shape',
    'D.Independent(D.Normal(torch.zeros(4, 3, 2), 1.), 2).expand((5, 4)).event_shape',
    'D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.Normal(torch.zeros(2), 1.)).expand((3,)).sample((2,))',
    'D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.MultivariateNormal(torch.zeros(2, 3), torch.eye(3))).sample((4,))',
    'D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.MultivariateNormal(torch.zeros(2, 3), torch.eye(3))).log_prob(torch.ones(4, 3))',
    'D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.MultivariateNormal(torch.zeros(2, 3), torch.eye(3))).variance',
    'D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.Poisson(torch.tensor([1., 4.]))).log_prob(torch.tensor(1.5))',
    'repr(D.MixtureSameFamily(D.Categorical(torch.ones(2)), D.Normal(torch.zeros(2), 1.)).support)',
    'D.MixtureSameFamily(D.Categorical(torch.ones(2, 3)), D.Beta(torch.ones(2, 3), 2.)).cdf(torch.tensor([0.5, 0.2]))',
    'D.TransformedDistribution(D.Normal(torch.zeros(2), 1.), [D.AffineTransform(torch.zeros(3, 2), 1.)]).batch_shape',
    'D.TransformedDistribution(D.Normal(torch.zeros(2), 1.), [D.AffineTransform(torch.zeros(3, 2), 1., 1)]).event_shape',
    'D.TransformedDistribution(D.Normal(torch.zeros(2), 1.), [D.AffineTransform(torch.zeros(3, 2), 1., 1)]).log_prob(torch.ones(3, 2))',
    'D.TransformedDistribution(D.MultivariateNormal(torch.zeros(3), torch.eye(3)), [D.StickBreakingTransform()]).sample((2,))',
    'D.TransformedDistribution(D.MultivariateNormal(torch.zeros(3), torch.eye(3)), [D.SoftmaxTransform()]).log_prob(torch.ones(3) / 3)',
    'D.TransformedDistribution(D.Normal(torch.zeros(2, 6), 1.), [D.ReshapeTransform((6,), (2, 3)), D.ExpTransform()]).expand((4, 2)).sample((5,)).shape',
    'D.TransformedDistribution(D.Normal(torch.zeros(2, 6), 1.), [D.ReshapeTransform((6,), (2, 3)), D.ExpTransform()]).log_prob(torch.ones(2, 2, 3))',
    'repr(D.TransformedDistribution(D.Normal(torch.zeros(2, 6), 1.), [D.ReshapeTransform((6,), (2, 3)), D.ExpTransform()]).support)',
    'repr(D.TransformedDistribution(D.Normal(torch.zeros(2), 1.), []))',
    'D.TransformedDistribution(D.Bernoulli(0.5), D.AffineTransform(1., 2.)).has_rsample',
    'D.TransformedDistribution(D.Bernoulli(0.5), D.AffineTransform(1., 2.)).rsample()',
    'D.TransformedDistribution(D.Normal(0., 1.), D.AbsTransform()).cdf(torch.tensor(1.))', 'D.Uniform(0., 1.).cdf(torch.tensor([0., 0.5, 1.]))',
    'D.Uniform(0., 1.).log_prob(torch.tensor([0., 1.]))', 'D.Uniform(0., 1., validate_args=False).log_prob(torch.tensor([-1., 2.]))',
    'D.Normal(0., 1.).icdf(torch.tensor([0., 0.5, 1.]))', 'D.HalfNormal(1., validate_args=False).log_prob(torch.tensor([-1., 0.]))',
    'D.HalfCauchy(1., validate_args=False).cdf(torch.tensor([-1., 0.]))', 'D.Bernoulli(torch.tensor([0., 1.])).entropy()',
    'D.Bernoulli(torch.tensor([0., 1.])).log_prob(torch.tensor([0., 1.]))', "D.Bernoulli(logits=torch.tensor([float('inf'), -100.])).probs",
    'D.Binomial(0, torch.tensor(0.5)).log_prob(torch.tensor(0.))', 'D.Binomial(3, torch.tensor([0., 1.])).log_prob(torch.tensor([0., 3.]))',
    'D.Binomial(torch.tensor([[1.], [2.]]), torch.tensor([0.1, 0.2])).sample()', 'D.Categorical(torch.tensor([0., 1.])).entropy()',
    'D.Categorical(torch.tensor([0., 1.])).log_prob(torch.tensor([0, 1]))', "D.Categorical(logits=torch.tensor([[0., float('-inf')]])).entropy()",
    'D.Categorical(torch.ones(2, 3)).expand((4, 2)).sample((5,))', 'D.Categorical(torch.ones(2, 3)).log_prob(torch.tensor([[0], [1], [2]]))',
    'D.Categorical(torch.ones(1, 3)).sample((2, 2)).shape', 'D.OneHotCategorical(torch.ones(2, 3)).expand((4, 2)).sample((5,)).shape',
    'D.OneHotCategorical(torch.ones(2, 3)).enumerate_support().shape', 'D.Multinomial(3, torch.ones(2, 3)).expand((4, 2)).sample((5,)).sum(-1)',
    'D.Multinomial(3, torch.tensor([0., 1.])).log_prob(torch.tensor([0., 3.]))', 'D.Poisson(torch.tensor([0., 1.])).log_prob(torch.tensor([0., 0.]))',
    'D.NegativeBinomial(torch.tensor([0., 1.]), torch.tensor(0.5)).log_prob(torch.tensor([0., 1.]))',
    'D.Geometric(torch.tensor([1., 0.5])).log_prob(torch.tensor([0., 3.]))', 'D.Gamma(torch.tensor([1., 2.]), 1.).log_prob(torch.tensor([0., 0.]))',
    'D.Gamma(torch.tensor([1., 2.]), 1.).log_prob(1.)', 'D.Chi2(torch.tensor([1., 2.])).expand((3, 2)).df', 'D.Chi2(1)',
    'D.StudentT(torch.tensor([1., 2., 3.])).variance', 'D.StudentT(3, 1, 2).expand((2,)).sample((2,))',
    'D.FisherSnedecor(torch.tensor([1., 5.]), torch.tensor([2., 5.])).variance',
    'D.Beta(torch.tensor([0.5, 1., 2.]), torch.tensor([0.5, 1., 3.])).mode', 'D.Dirichlet(torch.tensor([[0.5, 0.2], [2., 3.]])).mode',
    'D.Kumaraswamy(torch.tensor([0.5, 2.]), 1.5).mode', 'D.Kumaraswamy(1., 1.).entropy()',
    'D.GeneralizedPareto(0., 1., torch.tensor([0.3, 0.6, 1.5])).mean', 'D.GeneralizedPareto(0., 1., torch.tensor([0.3, 0.6, 1.5])).variance',
    'repr(D.GeneralizedPareto(0., 1., torch.tensor([-0.5, 0.5])).support)', 'D.GeneralizedPareto(0., 1., -1.).log_prob(torch.tensor(0.5))',
    'D.InverseGamma(torch.tensor([0.5, 1.5, 3.]), 1.).variance', 'D.InverseGamma(1., 2.).cdf(torch.tensor(1.))',
    'D.Pareto(1., torch.tensor([0.5, 1.5, 3.])).variance', 'D.Pareto(1., 2.).cdf(torch.tensor(2.))', 'D.Weibull(1., 2.).icdf(torch.tensor(0.3))',
    'D.Gumbel(0., 1.).cdf(torch.tensor(0.5))', 'D.Gumbel(torch.tensor(0.), torch.tensor(1.)).icdf(torch.tensor(0.5))',
    'D.LogNormal(0., 1.).expand((2, 3)).sample((4,)).shape', 'D.LogisticNormal(torch.zeros(2, 3), 1.).expand((4, 2)).sample().shape',
    'D.VonMises(0., 1.).expand((2, 2)).sample((3,))', 'D.VonMises(torch.zeros(2), 1., validate_args=False).expand((2, 2)).concentration',
    'D.LKJCholesky(3, torch.tensor([0.5, 1.])).expand((2, 2)).sample((2,))', 'D.LKJCholesky(3, 1.).log_prob(torch.eye(3))',
    'D.Wishart(torch.tensor([3., 4.]), torch.eye(2)).expand((3, 2)).rsample((2,))',
    'D.Wishart(torch.tensor([3., 4.]), torch.eye(2)).expand((3, 2)).log_prob(torch.eye(2))', 'D.Wishart(3., torch.eye(2)).rsample((2, 3), 1)',
    'D.Wishart(torch.tensor([3., 1.]), torch.eye(2))',
    'D.RelaxedBernoulli(torch.tensor([0.5, 1.]), torch.tensor([0.3, 0.6])).expand((3, 2)).rsample((2,))',
    'D.RelaxedOneHotCategorical(torch.tensor(0.5), torch.ones(2, 3)).expand((4, 2)).rsample()',
    'D.RelaxedOneHotCategorical(torch.tensor(0.5), torch.ones(3)).log_prob(torch.tensor([0.2, 0.3, 0.5]))',
    'D.Exponential(torch.zeros(0)).sample((2,))', 'D.Normal(torch.zeros(0), 1.).log_prob(torch.zeros(0))',
    'D.Normal(torch.zeros(2, dtype=torch.float16), 1.).log_prob(torch.ones(2, dtype=torch.float16))',
    'D.Normal(torch.zeros(2, dtype=torch.bfloat16), 1.)', 'D.Normal(torch.tensor([0, 1]), torch.tensor([1, 2])).log_prob(torch.tensor([1, 2]))',
    'D.Bernoulli(torch.tensor([0, 1]))', 'D.Bernoulli(torch.tensor([0, 1])).sample()',
    'D.Poisson(torch.tensor([1, 2])).log_prob(torch.tensor([1, 2]))', 'D.Exponential(torch.tensor([1, 2])).entropy()',
    'D.Uniform(torch.tensor([0, 1]), torch.tensor([2, 3])).sample()', 'D.Beta(torch.tensor([1, 2]), 1)', 'D.Normal(None, 1.)',
    'D.Normal(0., 1.).log_prob(torch.tensor([1, 2]))', 'D.Normal(True, 1.)', 'D.Normal(0., 1.).sample((0,))',
    'D.Normal(torch.zeros(2), 1.).expand((3,))', 'D.Normal(torch.zeros(1), torch.ones(3, 1)).sample()', 'D.Normal(torch.zeros(2), torch.ones(3))',
    "D.Normal(0., 1.).cdf(torch.tensor(float('nan')))", 'D.Normal(0., 1.).enumerate_support()',
    'D.Independent(D.Normal(torch.zeros(2), 1.), 1).has_rsample', 'D.Normal(0., 2.).perplexity()',
    # functions and small things
    'D.utils.broadcast_all(1., torch.zeros(2, 1), torch.ones(3))', 'D.utils.logits_to_probs(torch.tensor([0.1, 1.]))', 'D.utils.logits_to_probs(torch.tensor([0.1, 1.]), is_binary=True)',
    'D.utils.probs_to_logits(torch.tensor([0., 0.5, 1.]))', 'D.utils.probs_to_logits(torch.tensor([0., 0.5, 1.]), True)', 'D.utils.clamp_probs(torch.tensor([0., 0.5, 1.]))',
    'D.utils.tril_matrix_to_vec(torch.arange(9.).view(3, 3))', 'D.utils.tril_matrix_to_vec(torch.arange(9.).view(3, 3), -1)', 'D.utils.tril_matrix_to_vec(torch.ones(2, 2), 5)',
    'D.utils.vec_to_tril_matrix(torch.arange(6.))', 'D.utils.vec_to_tril_matrix(torch.arange(3.), -1)', 'D.utils.vec_to_tril_matrix(torch.arange(4.))',
    'D.GeneralizedPareto(0., 1., 0.5).log_survival_function(torch.tensor(1.))', 'D.GeneralizedPareto(0., 1., 0.5).log_cdf(torch.tensor(1.))',
    'D.Bernoulli(torch.tensor([0.2, 0.8])).param_shape', 'D.Categorical(torch.ones(2, 3)).param_shape', 'D.Beta(1., 2.).concentration0', 'D.Chi2(3.).df',
    'D.RelaxedBernoulli(torch.tensor(1.), 0.5).logits', 'D.MultivariateNormal(torch.zeros(2), torch.eye(2) * 4).precision_matrix',
    'D.MultivariateNormal(torch.zeros(2), torch.eye(2) * 4).scale_tril', 'D.MultivariateNormal(torch.zeros(2), scale_tril=torch.eye(2) * 2).covariance_matrix',
    'D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2)).precision_matrix',
    'D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2)).covariance_matrix',
    'D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.ones(2)).scale_tril', f'D.Wishart(3., {C}).precision_matrix', f'D.Wishart(3., {C}).scale_tril',
    'D.MultivariateNormal(torch.zeros(2), torch.eye(2)).log_prob(torch.ones(4, 3, 2))', 'D.Independent(D.Bernoulli(0.5), 0).has_enumerate_support',
    'D.Normal(torch.zeros(2), 1.).expand((3, 2)).expand([4, 3, 2]).batch_shape', 'D.Normal(torch.nn.Parameter(torch.zeros(1)), 1.)',
    'D.Normal.has_rsample', 'D.Bernoulli.has_enumerate_support', 'repr(D.Normal.support)', 'repr(D.NegativeBinomial.arg_constraints["probs"])',
    'repr(D.NegativeBinomial.arg_constraints["total_count"])', 'repr(D.Categorical(torch.ones(3)).support)', 'repr(D.Binomial(torch.tensor([2., 3.]), torch.tensor(0.5)).support)',
]


SHORT = {torch.float32: 'f', torch.float64: 'd', torch.int64: 'i', torch.bool: 'b'}


def number(x, dtype):
    return format(x, '.9g') if dtype in (torch.float32, torch.float16, torch.bfloat16) else repr(x)


def encode(x):
    """A tensor as text: its dtype, its shape, its elements."""
    if torch.is_tensor(x):
        return ' '.join([SHORT.get(x.dtype, str(x.dtype)[6:]), str(list(x.shape)).replace(' ', '')] + [number(e, x.dtype) for e in x.detach().flatten().tolist()])
    if isinstance(x, (torch.Size, list, tuple)):
        return [encode(e) for e in x]
    if isinstance(x, (D.Distribution, D.Transform, D.constraints.Constraint)):
        return repr(x)
    return x


def attempt(run):
    try:
        return encode(run())
    except Exception as error:
        return {'error': type(error).__name__, 'message': str(error)}


def same(a, b):
    return a == b


parameters = []


def P(data, dtype=torch.float32):
    parameters.append(torch.tensor(data, dtype=dtype, requires_grad=True))
    return parameters[-1]


def P64(data):
    return P(data, torch.float64)


def value_of(code, **scope):
    torch.manual_seed(1)
    return attempt(lambda: eval(code, dict(globals(), **scope)))


def gradients(y):
    if not y.requires_grad:
        return None
    weights = torch.linspace(1, 2, y.numel(), dtype=y.dtype).view(y.shape)
    return list(torch.autograd.grad((y * weights).sum(), parameters, allow_unused=True))


ABOUT = {
    'text': lambda d: repr(d), 'shapes': lambda d: [d.batch_shape, d.event_shape], 'support': lambda d: repr(d.support),
    'kind': lambda d: [d.has_rsample, d.has_enumerate_support], 'mean': lambda d: d.mean, 'mode': lambda d: d.mode, 'variance': lambda d: d.variance,
    'stddev': lambda d: d.stddev, 'sample': lambda d: d.sample(), 'samples': lambda d: d.sample((2,)), 'rsample': lambda d: d.rsample((2,)),
    'rsample grads': lambda d: gradients(d.rsample((2,))), 'log_prob': lambda d: d.log_prob(d.sample((2,))),
    'log_prob grads': lambda d: gradients(d.log_prob(d.sample((2,)))), 'cdf': lambda d: d.cdf(d.sample((2,))),
    'icdf': lambda d: d.icdf(torch.linspace(0.1, 0.9, 2).view([2] + [1] * len(d.batch_shape + d.event_shape)).expand((2,) + d.batch_shape + d.event_shape)),
    'entropy': lambda d: d.entropy(), 'entropy grads': lambda d: gradients(d.entropy()),
    'enumerate_support': lambda d: d.enumerate_support(), 'enumerate_support, not expanded': lambda d: d.enumerate_support(expand=False),
    'expanded': lambda d: repr(d.expand((2,) + d.batch_shape)), 'expanded shapes': lambda d: [d.expand((2,) + d.batch_shape).batch_shape, d.expand((2,) + d.batch_shape).event_shape],
    'expanded sample': lambda d: d.expand((2,) + d.batch_shape).sample(), 'expanded log_prob': lambda d: d.expand((2,) + d.batch_shape).log_prob(d.sample()),
}


def about(make):
    seen = {}
    for name, look in ABOUT.items():
        parameters.clear()
        torch.manual_seed(1)
        d = eval(make)
        seen[name] = attempt(lambda: look(d))
    # What is not there is said by leaving it out.
    return {name: value for name, value in seen.items() if value is not None and value != {'error': 'NotImplementedError', 'message': ''}}


def kl_codes():
    pairs = sorted((p.__name__, q.__name__) for p, q in D.kl._KL_REGISTRY)
    return pairs, [f'D.kl_divergence({KL[p][0]}, {KL[q][1]})' for p, q in pairs]


pairs, codes = kl_codes()
groups = {'kl_divergence': codes + OTHER_KL, 'others': OTHER}
result = {
    'version': torch.__version__.split('+')[0],
    'distributions': {make: about(make) for make in MAKE},
    'about_transform': ABOUT_TRANSFORM,
    'transforms': [[t, x, [value_of(code, t=eval(t), x=eval(x)) for code in ABOUT_TRANSFORM]] for t, x in TRANSFORMS],
    'about_constraint': ABOUT_CONSTRAINT,
    'constraints': [[c, x, [value_of(code, c=eval(c), x=eval(x)) for code in ABOUT_CONSTRAINT]] for c, x in CHECKED],
    'kl_pairs': pairs,
    **{name: {code: value_of(code) for code in codes} for name, codes in groups.items()},
}


def dump(value):
    return json.dumps(value, separators=(',', ':'), allow_nan=False)


def lines(value):
    """A line for each case."""
    if isinstance(value, dict):
        return '{\n' + ',\n'.join(f'{dump(key)}:{dump(one)}' for key, one in value.items()) + '\n}'
    return '[\n' + ',\n'.join(dump(one) for one in value) + '\n]' if isinstance(value, list) else dump(value)


print('{' + ',\n'.join(f'{dump(name)}:{lines(value)}' for name, value in result.items()) + '}')
